package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;
import java.util.List;

/** The part of a layer that treats each token by itself: an MLP, or experts. Immutable. */
public interface FeedForward {
    /**
     * Adds the network to the graph.
     *
     * @param graph at the layer it belongs to
     * @param x float32 {@code [rows * tokens, hidden]}, normalised as the layer does
     * @return float32 of the same shape: what the layer adds to its hidden states
     */
    Value apply(LayerGraph graph, Value x);

    /** How many weights it has, about: heavy layers are opened in parts. */
    long weights();

    /** Its inputs besides the hidden states. */
    default List<StepInput> inputs() {
        return List.of();
    }
}
