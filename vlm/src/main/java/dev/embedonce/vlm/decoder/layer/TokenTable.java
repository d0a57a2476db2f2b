package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;

/**
 * A table of vectors by token id, beside the embeddings, for inputs of layers. It stays in the mapped checkpoint. A
 * token of another {@link dev.embedonce.vlm.prompt.Prompt#kind} than 0 has the vector of one id, whatever its own is.
 *
 * @param module whose {@code weight} it is: {@code [ids, width]}, float32 or of 16 bits
 * @param scale what vectors are multiplied by
 * @param placeholder the id of tokens of other kinds
 */
public record TokenTable(String module, int ids, int width, float scale, int placeholder) {
    /** The vectors of a run's tokens: float32 {@code [rows, tokens, width]}. */
    public Value input(LayerGraph graph) {
        return graph.input(name(), TensorType.F32, Dim.free("rows"), Dim.free("tokens"), Dim.of(width));
    }

    /** The graph's input. */
    public String name() {
        return "vectors_of_" + module;
    }

    /** Whose vector a token has. */
    public long id(Step step, int row, int token) {
        return step.kind(row, token) == 0 ? step.id(row, token) : placeholder;
    }
}
