package dev.embedonce.vlm.vision;

import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * {@code torch.nn.functional.interpolate(mode="bicubic")} of float32 pictures whose sides are multiples of the new
 * ones, without antialiasing, bit for bit as a processor with fused multiplication and addition computes it. Each pixel
 * is made of four by four: where a side shrinks by an odd number, of the one in the middle; by an even number, of those
 * around the middle.
 */
// Source: PyTorch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp, HelperInterpCubic
final class BicubicThumbnail {
    private static final int TAPS = 4;
    private static final float[] MIDDLE = {0, 1, 0, 0};
    private static final float[] AROUND_MIDDLE = {-0.09375f, 0.59375f, 0.59375f, -0.09375f};

    private final int width;
    private final int height;
    private final byte[] samples;
    private final int bands;

    private BicubicThumbnail(PixelImage image) {
        this.width = image.width();
        this.height = image.height();
        this.bands = image.mode().bytesPerPixel();
        this.samples = new byte[image.samples().remaining()];
        image.samples().get(samples);
    }

    /**
     * A picture shrunk to a square.
     *
     * @param image whose sides are multiples of {@code side}
     * @param tables what each 8-bit sample stands for, band by band
     * @return float32 {@code [bands, side, side]}
     */
    static Tensor of(PixelImage image, float[][] tables, int side) {
        if (image.width() % side != 0 || image.height() % side != 0) {
            throw new IllegalArgumentException(
                    image.width() + "x" + image.height() + " is no multiple of " + side + "x" + side);
        }
        BicubicThumbnail source = new BicubicThumbnail(image);
        long[] shape = {source.bands, side, side};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer target = bytes.asFloatBuffer();
        for (int band = 0; band < source.bands; band++) {
            for (int y = 0; y < side; y++) {
                for (int x = 0; x < side; x++) {
                    target.put(source.pixel(tables[band], band, x, y, side));
                }
            }
        }
        return Tensor.view(DType.FLOAT32, shape, bytes);
    }

    private float pixel(float[] table, int band, int x, int y, int side) {
        float[] across = weights(width / side);
        float[] rows = new float[TAPS];
        float[] row = new float[TAPS];
        for (int i = 0; i < TAPS; i++) {
            int at = tap(y, i, height / side, height) * width;
            for (int j = 0; j < TAPS; j++) {
                row[j] = table[samples[(at + tap(x, j, width / side, width)) * bands + band] & 0xFF];
            }
            rows[i] = sum(row, across);
        }
        return sum(rows, weights(height / side));
    }

    private static float[] weights(int factor) {
        return factor % 2 == 0 ? AROUND_MIDDLE : MIDDLE;
    }

    /** Where a tap lies; the outermost pixels are repeated. */
    private static int tap(int pixel, int number, int factor, int size) {
        int second = pixel * factor + (factor - 1) / 2;
        return Math.max(0, Math.min(size - 1, second + number - 1));
    }

    private static float sum(float[] values, float[] weights) {
        float sum = Math.fma(values[0], weights[0], values[1] * weights[1]);
        sum = Math.fma(values[2], weights[2], sum);
        return Math.fma(values[3], weights[3], sum);
    }
}
