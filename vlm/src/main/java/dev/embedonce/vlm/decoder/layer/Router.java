package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;

/** Chooses experts for each token of a {@link MixtureOfExperts}. Immutable. */
public interface Router {
    /**
     * What is chosen.
     *
     * @param experts int64 {@code [tokens, perToken]}: none twice for a token
     * @param weights float32 {@code [tokens, perToken]}: what the outputs of these experts are multiplied by
     */
    record Choice(Value experts, Value weights) {}

    /** How many experts there are to choose from. */
    int experts();

    /** How many are chosen for a token. */
    int perToken();

    /**
     * Adds the choice to the graph.
     *
     * @param graph at the layer it belongs to
     * @param x float32 {@code [tokens, hidden]}, as the feed-forward network gets it
     */
    Choice route(LayerGraph graph, Value x);
}
