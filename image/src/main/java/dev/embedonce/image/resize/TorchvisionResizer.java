package dev.embedonce.image.resize;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.key.Revisions;

/**
 * {@code torchvision.transforms.v2.functional.resize} of uint8 tensors with antialiasing, bit for bit, as a processor
 * with AVX2 computes it. It is Pillow's resize with weights of 16 bits; rows always go first.
 */
// Source: torchvision 0.29, transforms/v2/functional/_geometry.py; PyTorch 2.15,
// aten/src/ATen/native/cpu/UpSampleKernel.cpp
public final class TorchvisionResizer {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    private TorchvisionResizer() {}

    /** Adds the revision of this step and of those it is made of. */
    public static void describe(Revisions steps) {
        steps.uses("torchvision-resizer", REVISION);
        Resampler.describe(steps);
    }

    /** Whether it resizes with this filter. */
    public static boolean has(ResampleFilter filter) {
        return filter == ResampleFilter.BILINEAR || filter == ResampleFilter.BICUBIC;
    }

    /**
     * Resizes an RGB picture to {@code width} x {@code height}. The same size is returned as it is.
     *
     * @throws IllegalArgumentException if a side is below 1, the picture is not RGB, or there is no such filter
     */
    public static PixelImage resize(PixelImage image, int width, int height, ResampleFilter filter) {
        if (width < 1 || height < 1 || image.mode() != PixelMode.RGB || !has(filter)) {
            throw new IllegalArgumentException(
                    "cannot resize " + image.mode() + " to " + width + "x" + height + " by " + filter);
        }
        if (width == image.width() && height == image.height()) {
            return image;
        }
        int bands = image.mode().bytesPerPixel();
        byte[] target = new Checkpoint(Cancellation.current()).bytes((long) width * height * bands);
        Region whole = Region.whole(image.width(), image.height());
        Resampler.resampleAsTorch(
                new Resampler.Source(
                        Interleaved.rows(image.raw(), whole, bands), whole, bands, image.width(), image.height()),
                width,
                height,
                filter,
                Interleaved.into(target, width, bands));
        return image.withSamples(width, height, target);
    }
}
