package dev.embedonce.model.tower;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The four learned positions around each patch, and their weights: where a table of a fixed side is spread over a
 * picture's grid (bilinear interpolation).
 *
 * @param merge patches a side that become one token
 * @param side positions a side of the learned table
 * @param alignCorners whether the outermost patches get the outermost positions; if not, table and grid cover the same
 *     area, and positions are those of the patches' centres
 */
// Source: transformers 5.23, models/qwen3_vl/modeling_qwen3_vl.py, fast_pos_embed_interpolate; vision_utils.py,
// get_vision_interpolation_indices_and_weights
public record LearnedTaps(int merge, int side, boolean alignCorners) implements PatchFeeds {
    /** Raised when other inputs are computed for the same patches; part of the model version. */
    private static final int REVISION = 1;

    /** Learned positions that a patch's position is mixed of. */
    public static final int COUNT = 4;

    /** int64 {@code [patches, COUNT]} */
    public static final String INDICES = "tap_indices";
    /** float32 {@code [patches, COUNT]} */
    public static final String WEIGHTS = "tap_weights";

    @Override
    public String block() {
        return "learned-taps";
    }

    @Override
    public int revision() {
        return REVISION;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        long[] shape = {(long) rows * columns, COUNT};
        ByteBuffer indices = Tensor.direct(DType.INT64, shape);
        ByteBuffer weights = Tensor.direct(DType.FLOAT32, shape);
        PatchFeeds.forEachPatch(rows, columns, merge, (row, column) -> {
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
        feeds.put(INDICES, Tensor.view(DType.INT64, shape, indices.flip()));
        feeds.put(WEIGHTS, Tensor.view(DType.FLOAT32, shape, weights.flip()));
    }

    /** Where number {@code index} of {@code count} lies when they are spread evenly over the table. */
    private float spread(int index, int count) {
        if (!alignCorners) {
            return Math.max(0, (index + 0.5f) * side / count - 0.5f);
        }
        if (count == 1) {
            return 0;
        }
        float step = (side - 1f) / (count - 1);
        return index < count / 2 ? step * index : side - 1 - step * (count - 1 - index);
    }
}
