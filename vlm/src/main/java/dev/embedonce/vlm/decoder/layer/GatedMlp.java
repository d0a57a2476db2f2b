package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;

/**
 * {@code down_proj(activation(gate_proj(x)) * up_proj(x))}.
 *
 * @param module of its layer, which has the three projections
 * @param bias whether all three have one
 */
public record GatedMlp(String module, int hiddenSize, int intermediateSize, Activation activation, boolean bias)
        implements FeedForward {
    /** The network in the module {@code mlp} of its layer. */
    public GatedMlp(int hiddenSize, int intermediateSize, Activation activation, boolean bias) {
        this("mlp", hiddenSize, intermediateSize, activation, bias);
    }

    @Override
    public Value apply(LayerGraph graph, Value x) {
        Scope mlp = graph.layer().at(module);
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
