package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** One vector from the tokens of a picture or text. */
public final class Pool {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private Pool() {}

    /**
     * The token at a position; -1 for the last.
     *
     * @param x float32 [batch, tokens, channels]
     * @return float32 [batch, channels]
     */
    public static Value token(Ops ops, Value x, long position) {
        ops.graph().uses("pool", REVISION);
        return ops.gather(x, ops.graph().scalar(position), 1);
    }

    /** The mean of the tokens from {@code first} on. */
    public static Value meanFrom(Ops ops, Value x, long first) {
        ops.graph().uses("pool", REVISION);
        return ops.mean(first == 0 ? x : ops.slice(x, 1, first, Long.MAX_VALUE), false, 1);
    }

    /**
     * The token at a position that each row gives.
     *
     * @param positions int64 [batch, 1]
     */
    public static Value tokenAt(Ops ops, Value x, Value positions) {
        ops.graph().uses("pool", REVISION);
        return ops.gatherNd(x, positions, 1);
    }
}
