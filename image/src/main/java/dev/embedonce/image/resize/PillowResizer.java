package dev.embedonce.image.resize;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.pixel.Premultiplied;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.key.Revisions;

/** {@code PIL.Image.Image.resize}, bit for bit, for 8-bit pictures. */
public final class PillowResizer {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    private PillowResizer() {}

    /** Adds the revision of this step and of those it is made of. */
    public static void describe(Revisions steps) {
        steps.uses("pillow-resizer", REVISION);
        Resampler.describe(steps);
    }

    /**
     * Resizes to {@code width} x {@code height}. The same size is returned as it is. As in Pillow, palette and bilevel
     * pictures are always resized with NEAREST, and pictures with an alpha channel are premultiplied on the way.
     *
     * @throws IllegalArgumentException if a side is below 1, or the picture is 16-bit
     */
    public static PixelImage resize(
            PixelImage image, int width, int height, ResampleFilter filter, PillowProfile profile) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("cannot resize to " + width + "x" + height);
        }
        if (image.mode() == PixelMode.GREY16) {
            throw new IllegalArgumentException("cannot resize mode I;16, convert it first");
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        boolean indexed = image.mode() == PixelMode.PALETTE || image.mode() == PixelMode.BILEVEL;
        ResampleFilter used = indexed ? ResampleFilter.NEAREST : filter;
        boolean alpha = (image.mode() == PixelMode.RGBA || image.mode() == PixelMode.GREY_ALPHA)
                && used != ResampleFilter.NEAREST;
        int bands = image.mode().bytesPerPixel();
        Checkpoint checkpoint = new Checkpoint(Cancellation.current());
        byte[] source = alpha ? Premultiplied.from(image.raw(), bands, checkpoint) : image.raw();
        byte[] target = checkpoint.bytes((long) width * height * bands);
        Region whole = Region.whole(image.width(), image.height());
        Resampler.resample(
                new Resampler.Source(
                        Interleaved.rows(source, whole, bands), whole, bands, image.width(), image.height()),
                width,
                height,
                Region.whole(width, height),
                used,
                profile,
                Interleaved.into(target, width, bands));
        return image.withSamples(width, height, alpha ? Premultiplied.undo(target, bands, checkpoint) : target);
    }
}
