package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/**
 * How a model's RMS norms are computed.
 *
 * @param offset what is added to their weights: 1 in Gemma's, 0 in most
 */
public record RmsNorm(double epsilon, float offset) {
    /** With the weights as they are. */
    public RmsNorm(double epsilon) {
        this(epsilon, 0);
    }

    /** Normalises the last axis, of {@code channels}, with the {@code weight} of a scope. */
    Value apply(Scope scope, Value x, int channels) {
        return Norm.rms(scope, x, channels, epsilon, offset);
    }
}
