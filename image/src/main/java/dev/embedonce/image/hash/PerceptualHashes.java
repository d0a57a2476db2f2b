package dev.embedonce.image.hash;

import dev.embedonce.hash.PerceptualHash;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.resize.PillowProfile;
import dev.embedonce.image.resize.PillowResizer;
import dev.embedonce.image.resize.ResampleFilter;
import java.util.Arrays;

/**
 * Computes perceptual hashes with the bits of Python's imagehash 4.3.2 at its default size of 64 bits. Immutable and
 * thread-safe.
 */
// Source: imagehash 4.3.2, phash and dhash
public final class PerceptualHashes {
    private static final int SIDE = 8;
    private static final int DCT_SIDE = 32;
    private static final double CLEAR = 1e-6;
    private static final int FEW = 32;

    private final PillowProfile profile;

    /** Hashes as Python gives them with a Pillow of {@code profile}. */
    public PerceptualHashes(PillowProfile profile) {
        this.profile = profile;
    }

    /** The hashes of a decoded picture of any mode; transparency is ignored, as imagehash does. */
    public ImageHashes of(PixelImage image) {
        PixelImage grey = image.toGrey();
        double[] low = lowFrequencies(grey);
        double median = median(low);
        long bits = 0;
        int clear = 0;
        for (double coefficient : low) {
            bits = bits << 1 | (coefficient > median ? 1 : 0);
            clear += Math.abs(coefficient - median) > CLEAR ? 1 : 0;
        }
        return new ImageHashes(new PerceptualHash(bits), new PerceptualHash(differences(grey)), clear < FEW);
    }

    /** The top-left 8 x 8 coefficients of the transform along columns, then rows. */
    private double[] lowFrequencies(PixelImage grey) {
        byte[] pixels = PillowResizer.resize(grey, DCT_SIDE, DCT_SIDE, ResampleFilter.LANCZOS, profile)
                .raw();
        double[] columns = new double[SIDE * DCT_SIDE];
        double[] line = new double[DCT_SIDE];
        for (int x = 0; x < DCT_SIDE; x++) {
            for (int y = 0; y < DCT_SIDE; y++) {
                line[y] = pixels[y * DCT_SIDE + x] & 0xFF;
            }
            CosineTransform.transform(line);
            for (int y = 0; y < SIDE; y++) {
                columns[y * DCT_SIDE + x] = line[y];
            }
        }
        double[] low = new double[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            System.arraycopy(columns, y * DCT_SIDE, line, 0, DCT_SIDE);
            CosineTransform.transform(line);
            System.arraycopy(line, 0, low, y * SIDE, SIDE);
        }
        return low;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
    }

    private long differences(PixelImage grey) {
        int width = SIDE + 1;
        byte[] pixels = PillowResizer.resize(grey, width, SIDE, ResampleFilter.LANCZOS, profile)
                .raw();
        long bits = 0;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int at = y * width + x;
                bits = bits << 1 | ((pixels[at + 1] & 0xFF) > (pixels[at] & 0xFF) ? 1 : 0);
            }
        }
        return bits;
    }
}
