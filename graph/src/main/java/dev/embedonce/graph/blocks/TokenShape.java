package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * The batch and token axes of hidden states that have been flattened.
 *
 * @param ops the operators of the graph
 * @param dims int64 [3]: batch, tokens, -1
 */
public record TokenShape(Ops ops, Value dims) {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** The axes of x, [batch, tokens, ..]. */
    public static TokenShape of(Ops ops, Value x) {
        ops.graph().uses("token-shape", REVISION);
        Value axes = ops.slice(ops.shape(x), 0, 0, 2);
        return new TokenShape(ops, ops.concat(0, axes, ops.graph().constant(-1)));
    }

    /** [batch, tokens, channels] as [batch * tokens, channels] */
    public Value flat(Value x, int channels) {
        ops.graph().uses("token-shape", REVISION);
        return ops.reshape(x, -1, channels);
    }

    /** [batch * tokens, channels] as [batch, tokens, channels] */
    public Value batched(Value x) {
        ops.graph().uses("token-shape", REVISION);
        return ops.reshape(x, dims);
    }
}
