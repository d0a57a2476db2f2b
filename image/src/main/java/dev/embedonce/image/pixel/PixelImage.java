package dev.embedonce.image.pixel;

import dev.embedonce.image.internal.work.Checkpoint;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A decoded picture: samples interleaved, rows from the top, with what the file says about palette and transparency.
 */
public final class PixelImage {
    private final PixelMode mode;
    private final int width;
    private final int height;
    private final byte[] samples;
    private final @Nullable Palette palette;
    private final int @Nullable [] colourKey;

    private PixelImage(
            PixelMode mode,
            int width,
            int height,
            byte[] samples,
            @Nullable Palette palette,
            int @Nullable [] colourKey) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("picture of " + width + "x" + height + " pixels");
        }
        long expected = (long) width * height * mode.bytesPerPixel();
        if (samples.length != expected) {
            throw new IllegalArgumentException("expected " + expected + " bytes of samples, got " + samples.length);
        }
        if ((mode == PixelMode.PALETTE) != (palette != null)) {
            throw new IllegalArgumentException("a palette belongs to mode P and only there");
        }
        this.mode = mode;
        this.width = width;
        this.height = height;
        this.samples = samples;
        this.palette = palette;
        this.colourKey = colourKey;
    }

    /** A picture over {@code samples}, which the caller must not use any more. */
    public static PixelImage wrap(PixelMode mode, int width, int height, byte[] samples) {
        return new PixelImage(mode, width, height, samples, null, null);
    }

    /** A picture of palette indices; the caller must not use {@code samples} any more. */
    public static PixelImage wrapIndexed(int width, int height, byte[] samples, Palette palette) {
        return new PixelImage(PixelMode.PALETTE, width, height, samples, palette, null);
    }

    /**
     * This picture with one colour declared transparent.
     *
     * @param red for grey pictures the grey value, as the other two; only the low 8 bits count, as in Pillow
     */
    public PixelImage withColourKey(int red, int green, int blue) {
        return new PixelImage(mode, width, height, samples, palette, new int[] {red & 0xFF, green & 0xFF, blue & 0xFF});
    }

    public PixelMode mode() {
        return mode;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** A read-only view of {@code height * width * mode.bytesPerPixel()} bytes. */
    public ByteBuffer samples() {
        return ByteBuffer.wrap(samples).asReadOnlyBuffer();
    }

    /** The colours behind the indices of a mode P picture. */
    public @Nullable Palette palette() {
        return palette;
    }

    /** Whether the picture has an alpha band, a transparent palette entry, or a transparent colour. */
    public boolean hasTransparency() {
        return mode == PixelMode.RGBA
                || mode == PixelMode.GREY_ALPHA
                || colourKey != null
                || (palette != null && palette.hasTransparency());
    }

    /** The picture in mode RGB. */
    public PixelImage toRgb(AlphaPolicy alpha) {
        if (alpha == AlphaPolicy.OVER_WHITE && hasTransparency()) {
            return wrap(PixelMode.RGB, width, height, Conversions.overWhite(this, checkpoint()));
        }
        return mode == PixelMode.RGB && colourKey == null
                ? this
                : wrap(PixelMode.RGB, width, height, Conversions.rgb(this, checkpoint()));
    }

    /**
     * The picture in mode L, as Pillow's {@code convert("L")} makes it: weighted sum of the colours, transparency
     * ignored.
     */
    public PixelImage toGrey() {
        return mode == PixelMode.GREY && colourKey == null
                ? this
                : wrap(PixelMode.GREY, width, height, Conversions.grey(this, checkpoint()));
    }

    /**
     * The picture in an EXIF orientation.
     *
     * @param orientation 1 to 8; any other value leaves the picture as it is
     */
    public PixelImage oriented(int orientation) {
        if (orientation < 2 || orientation > 8) {
            return this;
        }
        byte[] turned = Orientation.apply(samples, width, height, mode.bytesPerPixel(), orientation, checkpoint());
        boolean swap = Orientation.swapsSides(orientation);
        return withSamples(swap ? height : width, swap ? width : height, turned);
    }

    public PixelImage withSamples(int newWidth, int newHeight, byte[] newSamples) {
        return new PixelImage(mode, newWidth, newHeight, newSamples, palette, colourKey);
    }

    /** Conversions can be cancelled by the thread's {@link Cancellation}, too. */
    private static Checkpoint checkpoint() {
        return new Checkpoint(Cancellation.current());
    }

    public byte[] raw() {
        return samples;
    }

    int @Nullable [] colourKey() {
        return colourKey;
    }
}
