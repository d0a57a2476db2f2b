package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/** How a model's hidden states are normalised. Immutable. */
public interface ChannelNorm {
    /**
     * Normalises the last axis.
     *
     * @param scope of the norm's weights
     * @param x float32 {@code [rows * tokens, channels]}
     * @return float32 of the same shape
     */
    Value apply(Scope scope, Value x, int channels);
}
