package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * The part of a layer that mixes information between tokens: attention of some kind, a convolution, a recurrence.
 * Immutable.
 */
public interface TokenMixer {
    /**
     * Adds the mixer to the graph.
     *
     * @param graph at the layer it belongs to
     * @param x float32 {@code [rows * tokens, hidden]}, normalised as the layer does
     * @return float32 of the same shape: what the layer adds to its hidden states
     */
    Value mix(LayerGraph graph, Value x);

    /** What it keeps for a sequence as layer number {@code layer}. */
    List<LayerState> states(int layer);

    /** Its inputs besides the hidden states. */
    List<StepInput> inputs();
}
