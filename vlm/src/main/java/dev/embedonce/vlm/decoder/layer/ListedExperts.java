package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.onnx.Ops;

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
    public Experts open(LayerGraph graph) {
        Ops ops = graph.ops();
        return Experts.gated(
                ops,
                (expert, x) -> ops.concat(
                        1,
                        linear(graph, expert, "gate_proj", hiddenSize, intermediateSize)
                                .apply(x),
                        linear(graph, expert, "up_proj", hiddenSize, intermediateSize)
                                .apply(x)),
                activation,
                (expert, x) -> linear(graph, expert, "down_proj", intermediateSize, hiddenSize)
                        .apply(x));
    }

    private Linear linear(LayerGraph graph, int expert, String name, int in, int out) {
        return Linear.of(graph.layer().at("mlp.experts", first + expert).at(name), in, out, false);
    }

    @Override
    public long weights() {
        return 3L * hiddenSize * intermediateSize;
    }
}
