package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/** The feed-forward network (MLP) of a transformer layer. */
public final class Mlp {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private Mlp() {}

    /** {@code second(activation(first(x)))} */
    public static Value plain(Linear first, Activation activation, Linear second, Value x) {
        first.scope().ops().graph().uses("mlp", REVISION);
        return second.apply(activation.apply(first.scope().ops(), first.apply(x)));
    }

    /** {@code down(activation(gate(x)) * up(x))}; with SiLU it is called SwiGLU. */
    public static Value gated(Linear gate, Linear up, Activation activation, Linear down, Value x) {
        gate.scope().ops().graph().uses("mlp", REVISION);
        Value gates = activation.apply(gate.scope().ops(), gate.apply(x));
        return down.apply(gate.scope().ops().mul(gates, up.apply(x)));
    }
}
