package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/**
 * As {@link GatedMlp} without biases, from checkpoints that keep gate and up as one: the rows of {@code gate_up_proj},
 * gate first.
 */
public record FusedGatedMlp(int hiddenSize, int intermediateSize, Activation activation) implements FeedForward {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Scope mlp = graph.layer().at("mlp");
        Linear fused = Linear.of(mlp.at("gate_up_proj"), hiddenSize, 2 * intermediateSize, false);
        return Mlp.gated(
                fused.rows(0, intermediateSize),
                fused.rows(intermediateSize, intermediateSize),
                activation,
                Linear.of(mlp.at("down_proj"), intermediateSize, hiddenSize, false),
                x);
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
