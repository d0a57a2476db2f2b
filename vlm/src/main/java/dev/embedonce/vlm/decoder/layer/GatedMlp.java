package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/**
 * {@code down_proj(activation(gate_proj(x)) * up_proj(x))}, in the module {@code mlp} of its layer.
 *
 * @param bias whether all three have one
 */
public record GatedMlp(int hiddenSize, int intermediateSize, Activation activation, boolean bias)
        implements FeedForward {
    @Override
    public Value apply(LayerGraph graph, Value x) {
        Scope mlp = graph.layer().at("mlp");
        return Mlp.gated(
                Linear.of(mlp.at("gate_proj"), hiddenSize, intermediateSize, bias),
                Linear.of(mlp.at("up_proj"), hiddenSize, intermediateSize, bias),
                activation,
                Linear.of(mlp.at("down_proj"), intermediateSize, hiddenSize, bias),
                x);
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
