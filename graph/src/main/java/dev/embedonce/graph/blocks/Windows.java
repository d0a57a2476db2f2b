package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * Attention windows: each token attends to the tokens of its own window only. All windows have the same size; slots
 * that a window does not fill repeat some token, which the attention mask hides.
 *
 * @param size slots of a window
 * @param members int64 [batch, windows * size]: the token in each slot of each window
 * @param bias float32 [batch, windows, size]: the attention mask: 0 for a slot that is attended to, a large negative
 *     number for a hidden one
 * @param places int64 [batch, tokens]: the slot of each token among the {@code windows * size}
 */
public record Windows(int size, Value members, Value bias, Value places) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** [batch, tokens, channels] as [batch * windows, size, channels] */
    Value into(Ops ops, Value x, int channels) {
        ops.graph().uses("windows", REVISION);
        return ops.reshape(ops.gatherNd(x, ops.unsqueeze(members, 2), 1), -1, size, channels);
    }

    /** [batch * windows, size, channels] as [batch, tokens, channels] */
    Value outOf(Ops ops, Value x, int channels) {
        ops.graph().uses("windows", REVISION);
        Value shape = ops.concat(0, ops.dim(members, 0), ops.graph().constant(-1, channels));
        return ops.gatherNd(ops.reshape(x, shape), ops.unsqueeze(places, 2), 1);
    }

    /** [batch * windows, 1, size, size]: what is added to the scores. */
    Value scoreBias(Ops ops) {
        ops.graph().uses("windows", REVISION);
        Value rows = ops.reshape(bias, -1, 1, 1, size);
        return ops.expand(rows, ops.graph().constant(1, 1, size, 1));
    }
}
