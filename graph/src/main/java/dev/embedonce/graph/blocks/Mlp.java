package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/** The feed-forward half of a transformer layer. */
public final class Mlp {
    private Mlp() {}

    /** {@code second(activation(first(x)))} */
    public static Value plain(Linear first, Activation activation, Linear second, Value x) {
        return second.apply(activation.apply(first.scope().ops(), first.apply(x)));
    }

    /** {@code down(activation(gate(x)) * up(x))}; with SiLU it is called SwiGLU. */
    public static Value gated(Linear gate, Linear up, Activation activation, Linear down, Value x) {
        Value gates = activation.apply(gate.scope().ops(), gate.apply(x));
        return down.apply(gate.scope().ops().mul(gates, up.apply(x)));
    }
}
