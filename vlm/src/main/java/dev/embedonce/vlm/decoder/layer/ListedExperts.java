package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Value;
import java.util.function.BiFunction;

/** Gated MLPs without biases, each a module of its own: {@code mlp.experts.0}, {@code mlp.experts.1}, .. of a layer. */
public record ListedExperts(int hiddenSize, int intermediateSize, Activation activation) implements ExpertWeights {
    @Override
    public BiFunction<Integer, Value, Value> open(LayerGraph graph) {
        return (expert, x) -> {
            Scope mlp = graph.layer().at("mlp.experts", expert);
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
