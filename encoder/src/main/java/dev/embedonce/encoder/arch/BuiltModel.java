package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.QuantizationError;
import dev.embedonce.graph.onnx.OnnxGraph;
import java.util.List;

/**
 * A tower ready to be opened as a session.
 *
 * @param architecture the architecture and side, such as {@code clip.image}
 * @param graph the ONNX graph and where its weights lie
 * @param input the graph's only input: {@code pixel_values} or {@code input_ids}
 * @param output the graph's only output, float32 [batch, dimension]
 * @param dimension the length of a vector
 * @param extent what the model was trained on: pixels a side of a picture (0 if it has no size of its own), or the most
 *     tokens of a text
 * @param pooling how the vector is made
 * @param fingerprint the architecture and a digest of all that decides about the vectors: config fields used, content
 *     of the tensors read, numeric mode, pooling, normalising, the revisions of all blocks in the graph; no path and no
 *     name of the model
 * @param quantizationErrors what quantised weights cost, a layer each; empty for float32
 */
public record BuiltModel(
        String architecture,
        OnnxGraph graph,
        String input,
        String output,
        int dimension,
        int extent,
        Pooling pooling,
        String fingerprint,
        List<QuantizationError> quantizationErrors) {
    public BuiltModel {
        quantizationErrors = List.copyOf(quantizationErrors);
    }
}
