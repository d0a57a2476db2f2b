package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/** A learned factor a channel, on what a layer adds to the hidden states. */
public final class LayerScale {
    private LayerScale() {}

    /**
     * Scales.
     *
     * @param name the tensor of the factors, [channels]
     */
    public static Value apply(Scope scope, String name, Value x, int channels) {
        return scope.ops().mul(x, scope.weight(name, channels));
    }
}
