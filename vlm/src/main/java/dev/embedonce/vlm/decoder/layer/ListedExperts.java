package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;
import java.util.function.BiFunction;

/**
 * Gated MLPs without biases, each a module of its own: {@code mlp.experts.0}, {@code mlp.experts.1}, .. of a layer.
 *
 * @param first the number of the first of them in that list
 */
public record ListedExperts(int first, int hiddenSize, int intermediateSize, Activation activation)
        implements ExpertWeights {
    /** All of a layer's list. */
    public ListedExperts(int hiddenSize, int intermediateSize, Activation activation) {
        this(0, hiddenSize, intermediateSize, activation);
    }

    @Override
    public BiFunction<Integer, Value, Value> open(LayerGraph graph) {
        return (expert, x) -> {
            Scope mlp = graph.layer().at("mlp.experts", first + expert);
            return Mlp.gated(
                    Linear.of(mlp.at("gate_proj"), hiddenSize, intermediateSize, false),
                    Linear.of(mlp.at("up_proj"), hiddenSize, intermediateSize, false),
                    activation,
                    Linear.of(mlp.at("down_proj"), intermediateSize, hiddenSize, false),
                    x);
        };
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
