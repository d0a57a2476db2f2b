package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/**
 * How a model's RMS norms are computed.
 *
 * @param offset what is added to their weights: 1 in Gemma's, 0 in most
 */
public record RmsNorm(double epsilon, float offset) implements ChannelNorm {
    /** With the weights as they are. */
    public RmsNorm(double epsilon) {
        this(epsilon, 0);
    }

    /** Normalises with the {@code weight} of a scope. */
    @Override
    public Value apply(Scope scope, Value x, int channels) {
        return Norm.rms(scope, x, channels, epsilon, offset);
    }
}
