package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * Pictures of a batch, of which the last ones hide some of their tokens: none attends to those.
 *
 * @param counts int64 [2]: how many pictures hide no token, and how many do
 * @param shown int64 [hiding pictures, shown]: the tokens that are not hidden
 */
public record PartlyShown(Value counts, Value shown) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /**
     * Attention over the tokens that are shown.
     *
     * @param query float32 [batch, tokens, heads * size]
     * @param key float32 of the same shape
     * @param value float32 of the same shape
     * @return float32 of the same shape
     */
    Value attend(Ops ops, Value query, Value key, Value value, int heads) {
        ops.graph().uses("partly-shown", REVISION);
        List<Value> q = ops.split(query, 0, 2, counts);
        List<Value> k = ops.split(key, 0, 2, counts);
        List<Value> v = ops.split(value, 0, 2, counts);
        Value index = ops.unsqueeze(shown, 2);
        return ops.concat(
                0,
                ops.multiHeadAttention(q.get(0), k.get(0), v.get(0), heads, null, false),
                ops.multiHeadAttention(
                        q.get(1),
                        ops.gatherNd(k.get(1), index, 1),
                        ops.gatherNd(v.get(1), index, 1),
                        heads,
                        null,
                        false));
    }
}
