package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;
import java.util.function.BiFunction;

/** The networks of a {@link MixtureOfExperts}, in whatever tensors they are published. Immutable. */
public interface ExpertWeights {
    /**
     * Finds the weights of the experts of a layer.
     *
     * @param graph at the layer they belong to
     * @return adds one expert to the graph, by its number: float32 {@code [tokens, hidden]} to the same shape
     */
    BiFunction<Integer, Value, Value> open(LayerGraph graph);

    /** How many weights one expert has. */
    long weights();
}
