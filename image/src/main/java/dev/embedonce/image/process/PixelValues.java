package dev.embedonce.image.process;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One picture as an encoder reads it: float32 {@code [3, height, width]}, red plane first, rows from the top.
 *
 * @param data position 0, limit {@code 3 * height * width}; treat it as read-only
 * @param samples the 8-bit samples that {@code data} is made of, one by one and at the same places; the same samples
 *     make the same data under the same preprocessing version. Null if the data has other values too; treat it as
 *     read-only
 * @param height rows of the tensor
 * @param width columns of the tensor
 * @param originalWidth width of the picture in pixels before preprocessing, after its EXIF orientation
 * @param originalHeight height, likewise
 */
public record PixelValues(
        FloatBuffer data, @Nullable ByteBuffer samples, int height, int width, int originalWidth, int originalHeight) {
    /** Number of colour planes. */
    public static final int CHANNELS = 3;

    public PixelValues {
        int expected = CHANNELS * height * width;
        if (data.position() != 0 || data.limit() != expected) {
            throw new IllegalArgumentException("expected a buffer of " + expected + " floats");
        }
    }

    /** {@code [3, height, width]}. */
    public long[] shape() {
        return new long[] {CHANNELS, height, width};
    }
}
