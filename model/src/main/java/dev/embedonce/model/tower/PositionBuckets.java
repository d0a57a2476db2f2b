package dev.embedonce.model.tower;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The learned position of each patch, row by row: that at the same fraction of the table's side, whatever the picture's
 * size. Fractions are float32, as the reference has them: where patch and position begin at the same fraction, rounding
 * can give the position before (for some patches of 49, 50 or 55 in a table of 70).
 *
 * @param side positions a side of the learned table
 */
// Source: transformers 5.23, models/idefics2/modeling_idefics2.py, Idefics2VisionEmbeddings.forward
public record PositionBuckets(int side) implements PatchFeeds {
    /** Raised when other inputs are computed for the same patches; part of the model version. */
    private static final int REVISION = 1;

    private static final float LAST = (float) (1 - 1e-6);

    /** int64 {@code [patches]} */
    public static final String IDS = "position_ids";

    @Override
    public String block() {
        return "position-buckets";
    }

    @Override
    public int revision() {
        return REVISION;
    }

    @Override
    public void put(int rows, int columns, Map<String, Tensor> feeds) {
        long[] shape = {(long) rows * columns};
        ByteBuffer ids = Tensor.direct(DType.INT64, shape);
        int[] across = buckets(columns);
        for (int down : buckets(rows)) {
            for (int place : across) {
                ids.putLong((long) down * side + place);
            }
        }
        feeds.put(IDS, Tensor.view(DType.INT64, shape, ids.flip()));
    }

    /** The place in the table of each of so many patches along a side. */
    int[] buckets(int count) {
        float step = 1f / count;
        return IntStream.range(0, count)
                .map(index -> bucket(Math.min(index * step, LAST)))
                .toArray();
    }

    private int bucket(float fraction) {
        double width = 1.0 / side;
        int bucket = 0;
        while (bucket < side - 1 && (float) (width + bucket * width) <= fraction) {
            bucket++;
        }
        return bucket;
    }
}
