package dev.embedonce.encoder.arch;

import dev.embedonce.value.Tensor;
import java.util.Arrays;

/**
 * The inputs of the golden data, from the integer arithmetic that {@code scripts/golden-encoder/make_goldens.py} uses
 * too.
 */
final class GoldenInputs {
    static final int BATCH = 2;

    private GoldenInputs() {}

    /** float32 [BATCH, 3, height, width] in [-2, 2) */
    static Tensor pixels(int height, int width) {
        float[] values = new float[BATCH * 3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((mix(i, height * 1000 + width) >>> 8) / (double) (1 << 22) - 2);
        }
        return Tensor.ofFloats(values, BATCH, 3, height, width);
    }

    /** int64 [BATCH, length]; row r ends with {@code eos} at length - 2 - 3r, and {@code pad} after it */
    static Tensor tokenIds(int length, int vocabulary, int eos, int pad) {
        long[] ids = new long[BATCH * length];
        for (int row = 0; row < BATCH; row++) {
            int end = length - 2 - 3 * row;
            for (int i = 0; i < end; i++) {
                ids[row * length + i] = 3 + mix(row * length + i, length) % (vocabulary - 10);
            }
            ids[row * length + end] = eos;
            Arrays.fill(ids, row * length + end + 1, (row + 1) * length, pad);
        }
        return Tensor.ofLongs(ids, BATCH, length);
    }

    /** One row of a batch, as a batch of its own. */
    static Tensor row(Tensor batch, int row) {
        long[] shape = batch.shape();
        int size = batch.sizeBytes() / (int) shape[0];
        shape[0] = 1;
        return Tensor.copyOf(batch.dtype(), shape, batch.data().slice(row * size, size));
    }

    private static long mix(int index, int salt) {
        long h = ((long) index + salt) * 2654435761L & 0xFFFFFFFFL;
        h ^= h >>> 16;
        h = h * 2246822519L & 0xFFFFFFFFL;
        return h ^ h >>> 13;
    }
}
