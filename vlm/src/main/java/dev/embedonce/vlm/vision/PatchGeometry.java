package dev.embedonce.vlm.vision;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * What a tower over packed patches is told about where each patch stands: the four learned positions around it and their weights,
 * and the angles of its row and column. In the order in which {@link PatchProcessing} packs.
 *
 * @param merge patches a side that become one token
 * @param side positions a side of the learned table
 * @param headSize channels of a head; a quarter of them are turned by the row, a quarter by the column
 */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, fast_pos_embed_interpolate, rot_pos_emb
public record PatchGeometry(int merge, int side, int headSize, double theta) {
    /** Learned positions that a patch's position is mixed of. */
    public static final int TAPS = 4;

    /** int64 {@code [patches, TAPS]} */
    public static final String TAP_INDICES = "tap_indices";
    /** float32 {@code [patches, TAPS]} */
    public static final String TAP_WEIGHTS = "tap_weights";
    /** float32 {@code [patches, headSize / 2]} */
    public static final String COS = "cos";
    /** float32 {@code [patches, headSize / 2]} */
    public static final String SIN = "sin";

    /** The picture's patches, and where they stand. */
    public Map<String, Tensor> feeds(ProcessedImage image) {
        LongBuffer thw = image.layout(PatchProcessing.GRID).longs();
        int rows = Math.toIntExact(thw.get(1));
        int columns = Math.toIntExact(thw.get(2));
        Map<String, Tensor> feeds = new HashMap<>(image.inputs());
        taps(rows, columns, feeds);
        angles(rows, columns, feeds);
        return feeds;
    }

    @FunctionalInterface
    private interface Place {
        void at(int row, int column);
    }

    private void forEachPatch(int rows, int columns, Place place) {
        for (int row = 0; row < rows; row += merge) {
            for (int column = 0; column < columns; column += merge) {
                for (int i = 0; i < merge * merge; i++) {
                    place.at(row + i / merge, column + i % merge);
                }
            }
        }
    }

    private void taps(int rows, int columns, Map<String, Tensor> feeds) {
        long[] shape = {(long) rows * columns, TAPS};
        ByteBuffer indices = direct(DType.INT64, shape);
        ByteBuffer weights = direct(DType.FLOAT32, shape);
        forEachPatch(rows, columns, (row, column) -> {
            float y = spread(row, rows);
            float x = spread(column, columns);
            int top = (int) y;
            int left = (int) x;
            int bottom = Math.min(top + 1, side - 1);
            int right = Math.min(left + 1, side - 1);
            float down = y - top;
            float across = x - left;
            indices.putLong((long) top * side + left).putLong((long) top * side + right);
            indices.putLong((long) bottom * side + left).putLong((long) bottom * side + right);
            weights.putFloat((1 - down) * (1 - across)).putFloat((1 - down) * across);
            weights.putFloat(down * (1 - across)).putFloat(down * across);
        });
        feeds.put(TAP_INDICES, Tensor.view(DType.INT64, shape, indices.flip()));
        feeds.put(TAP_WEIGHTS, Tensor.view(DType.FLOAT32, shape, weights.flip()));
    }

    /** Where number {@code index} of {@code count} lies when they are spread evenly over the table, first on first, last on last. */
    private float spread(int index, int count) {
        if (count == 1) {
            return 0;
        }
        float step = (side - 1f) / (count - 1);
        return index < count / 2 ? step * index : side - 1 - step * (count - 1 - index);
    }

    private void angles(int rows, int columns, Map<String, Tensor> feeds) {
        int quarter = headSize / 4;
        int half = headSize / 2;
        float[] frequencies = new float[quarter];
        for (int i = 0; i < quarter; i++) {
            frequencies[i] = 1f / (float) Math.pow((float) theta, (float) (2 * i) / half);
        }
        long[] shape = {(long) rows * columns, headSize / 2};
        ByteBuffer cos = direct(DType.FLOAT32, shape);
        ByteBuffer sin = direct(DType.FLOAT32, shape);
        forEachPatch(rows, columns, (row, column) -> {
            for (int position : new int[] {row, column}) {
                for (float frequency : frequencies) {
                    float angle = position * frequency;
                    cos.putFloat((float) Math.cos(angle));
                    sin.putFloat((float) Math.sin(angle));
                }
            }
        });
        feeds.put(COS, Tensor.view(DType.FLOAT32, shape, cos.flip()));
        feeds.put(SIN, Tensor.view(DType.FLOAT32, shape, sin.flip()));
    }

    private static ByteBuffer direct(DType dtype, long... shape) {
        return ByteBuffer.allocateDirect(Tensor.byteCount(dtype, shape)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
