package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Value;

/** A learned factor for each channel of what a layer adds to the hidden states. */
public final class LayerScale {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private LayerScale() {}

    /**
     * Scales.
     *
     * @param name the tensor of the factors, [channels]
     */
    public static Value apply(Scope scope, String name, Value x, int channels) {
        scope.ops().graph().uses("layer-scale", REVISION);
        return scope.ops().mul(x, scope.weight(name, channels));
    }
}
