package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * An input that each layer has of its own: vectors of a table by token id, with a projection of the embeddings. The
 * first layer makes those of all layers and passes them on.
 *
 * @param table vectors of all layers, concatenated
 * @param size channels of one layer's input
 * @param activation of the gate on a layer's input
 * @param norm of the projection, and of what a layer makes of its input
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, project_per_layer_inputs, Gemma4TextDecoderLayer
public record PerLayerInputs(TokenTable table, int size, Activation activation, ChannelNorm norm) {
    private static final String NAME = "per_layer_inputs";

    private Dim[] dims() {
        return new Dim[] {Dim.free("all_tokens"), Dim.of(table.width())};
    }

    /**
     * Makes the inputs of all layers.
     *
     * @param embeddings the input embeddings, features of pictures among them: float32 {@code [rows * tokens, hidden]}
     */
    void hand(LayerGraph graph, Value embeddings) {
        Ops ops = graph.ops();
        Scope model = graph.model();
        int hidden = graph.hiddenSize();
        Value projected = Linear.of(model.at("per_layer_model_projection"), hidden, table.width(), false)
                .apply(embeddings);
        Value scaled = ops.mul(projected, ops.graph().scalar((float) (1 / Math.sqrt(hidden))));
        Value normed = norm.apply(model.at("per_layer_projection_norm"), ops.reshape(scaled, -1, size), size);
        Value vectors = graph.tokens().flat(table.input(graph), table.width());
        Value both = ops.add(ops.reshape(normed, -1, table.width()), vectors);
        graph.hand(NAME, ops.mul(both, ops.graph().scalar((float) Math.sqrt(0.5))), dims());
    }

    /**
     * What the layer in work makes of its input.
     *
     * @param x float32 {@code [rows * tokens, hidden]}
     * @return float32 of the same shape, to be added
     */
    Value residual(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope layer = graph.layer();
        int hidden = graph.hiddenSize();
        long first = (long) graph.number() * size;
        Value own = ops.slice(graph.handed(NAME, TensorType.F32, dims()), 1, first, first + size);
        Value gate =
                Linear.of(layer.at("per_layer_input_gate"), hidden, size, false).apply(x);
        Value projected = Linear.of(layer.at("per_layer_projection"), size, hidden, false)
                .apply(ops.mul(activation.apply(ops, gate), own));
        return norm.apply(layer.at("post_per_layer_input_norm"), projected, hidden);
    }
}
