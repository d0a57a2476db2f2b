package dev.embedonce.image.decode;

import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.format.ImageSources;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.Conversions;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.Orientation;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.key.Revisions;
import java.util.function.Supplier;

/**
 * Decodes encoded pictures to Pillow's pixels. The format is recognised by content. The number of pixels is read from
 * the header and checked before anything is decoded. What decoding one picture may cost is bounded: about 80 ns of an
 * ordinary core a pixel and 60 ns an encoded byte, and 8 bytes of memory a pixel of the limit; no honest picture comes
 * near. Decoding can be cancelled ({@link Cancellation}). Immutable and thread-safe.
 */
public final class ImageDecoder {
    /**
     * The pixel count above which Pillow warns of a decompression bomb: a quarter of 1 GiB divided by the 3 bytes of a
     * pixel.
     */
    public static final long DEFAULT_MAX_PIXELS = 89_478_485;

    private final ExifPolicy exif;
    private final long maxPixels;

    /** A decoder with the default pixel limit. */
    public ImageDecoder(ExifPolicy exif) {
        this(exif, DEFAULT_MAX_PIXELS);
    }

    /**
     * A decoder.
     *
     * @param maxPixels the most pixels of a picture, width times height
     */
    public ImageDecoder(ExifPolicy exif, long maxPixels) {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("pixel limit " + maxPixels);
        }
        this.exif = exif;
        this.maxPixels = maxPixels;
    }

    /** Adds the revisions of all steps from bytes to upright pixels, and to RGB. */
    public static void describe(Revisions steps) {
        ImageSources.describe(steps);
        Orientation.describe(steps);
        Conversions.describe(steps);
    }

    public ExifPolicy exif() {
        return exif;
    }

    public long maxPixels() {
        return maxPixels;
    }

    /**
     * Reads the header only.
     *
     * @throws ImageException if the bytes are not a supported picture, or it has too many pixels
     */
    public ImageInfo inspect(byte[] encoded) {
        OpenedImage image = open(encoded);
        return new ImageInfo(image.format(), image.width(), image.height(), image.storedOrientation());
    }

    /**
     * Decodes all pixels, in the mode in which Pillow would open the picture.
     *
     * @throws ImageException if the bytes are not a supported picture, are truncated or corrupt, or it has too many
     *     pixels
     */
    public PixelImage decode(byte[] encoded) {
        return open(encoded).decode();
    }

    public OpenedImage open(byte[] encoded) {
        return open(encoded, new WorkBudget(encoded.length, maxPixels, Cancellation.current()));
    }

    OpenedImage open(byte[] encoded, WorkBudget budget) {
        ImageSource source = guarded("an image header", () -> ImageSources.open(encoded, budget));
        long pixels = (long) source.width() * source.height();
        if (pixels > maxPixels) {
            throw new ImageException("image is " + source.width() + "x" + source.height() + " = " + pixels / 1_000_000
                    + " megapixels, limit " + maxPixels / 1_000_000);
        }
        budget.allowPixels(pixels);
        int stored = source.orientation();
        return new OpenedImage(source, budget, exif == ExifPolicy.APPLY || source.alwaysOriented() ? stored : 1);
    }

    /** Runs a decoder and makes exceptions for damage that it did not foresee an {@link ImageException} too. */
    public static <T> T guarded(String what, Supplier<T> decoder) {
        try {
            return decoder.get();
        } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
            throw new ImageException("corrupt image: cannot decode " + what, e);
        } catch (OutOfMemoryError e) {
            throw new ImageException("not enough memory to decode " + what, e);
        }
    }
}
