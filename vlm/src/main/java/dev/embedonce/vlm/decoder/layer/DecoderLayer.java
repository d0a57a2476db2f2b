package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Value;
import java.util.List;

/** A layer of a language model. Immutable. */
public interface DecoderLayer {
    /**
     * Adds the layer to the graph.
     *
     * @param graph at this layer
     * @param x hidden states, float32 {@code [rows * tokens, hidden]}
     * @return the hidden states after the layer, of the same shape
     */
    Value apply(LayerGraph graph, Value x);

    /** What it keeps for a sequence as layer number {@code layer}. */
    List<LayerState> states(int layer);

    /** Its inputs besides the hidden states. */
    List<StepInput> inputs();

    /** The tables in which it looks up the vectors of a run's tokens. */
    default List<TokenTable> tables() {
        return List.of();
    }

    /** How many weights it has, about. */
    long weights();
}
