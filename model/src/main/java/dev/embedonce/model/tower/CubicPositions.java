package dev.embedonce.model.tower;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * How much of each learned position a patch gets where a table of a fixed side is stretched over a picture's grid:
 * cubic interpolation between the centres of patches, over four rows and columns of the table, which repeats its
 * outermost ones.
 *
 * @param merge patches a side that become one token
 * @param side positions a side of the learned table
 */
// Source: transformers 5.23, models/glm4v/modeling_glm4v.py, Glm4vVisionEmbeddings; torch 2.15, grid_sample (bicubic,
// border)
public record CubicPositions(int merge, int side) implements PatchFeeds {
    /** Raised when other inputs are computed for the same patches; part of the model version. */
    private static final int REVISION = 1;

    private static final int TAPS = 4;
    /** The slope of the kernel. */
    private static final float A = -0.75f;

    /** float32 {@code [patches, side * side]} */
    public static final String WEIGHTS = "position_weights";

    @Override
    public String block() {
        return "cubic-positions";
    }

    @Override
    public int revision() {
        return REVISION;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        long[] shape = {(long) rows * columns, (long) side * side};
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, shape);
        FloatBuffer weights = bytes.asFloatBuffer();
        float[] one = new float[side * side];
        PatchFeeds.forEachPatch(rows, columns, merge, (row, column) -> {
            Taps down = Taps.of(row, rows, side);
            Taps across = Taps.of(column, columns, side);
            Arrays.fill(one, 0);
            for (int i = 0; i < TAPS * TAPS; i++) {
                one[down.index(i / TAPS, side) * side + across.index(i % TAPS, side)] +=
                        down.weight(i / TAPS) * across.weight(i % TAPS);
            }
            weights.put(one);
        });
        feeds.put(WEIGHTS, Tensor.view(DType.FLOAT32, shape, bytes));
    }

    /**
     * Four neighbours along one side of the table.
     *
     * @param first of them, which may lie outside
     * @param t how far the sampling point lies after the second, from 0 to 1
     */
    private record Taps(int first, float t) {
        /** Those of number {@code index} of {@code count} patches. */
        static Taps of(int index, int count, int side) {
            float inUnits = (index + 0.5f) / count * 2 - 1;
            float place = ((inUnits + 1) * side - 1) / 2;
            int before = (int) Math.floor(place);
            return new Taps(before - 1, place - before);
        }

        float weight(int tap) {
            float distance = Math.abs(tap - 1 - t);
            return distance < 1 ? near(distance) : far(distance);
        }

        int index(int tap, int side) {
            return Math.max(0, Math.min(side - 1, first + tap));
        }

        /** The kernel up to a distance of 1. */
        private static float near(float x) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }

        /** The kernel between distances of 1 and 2. */
        private static float far(float x) {
            return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
        }
    }
}
