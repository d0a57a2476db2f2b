package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.decoder.layer.CrossAttention;
import dev.embedonce.vlm.decoder.layer.LayerGraph;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.layer.TextModel.Injection;
import dev.embedonce.vlm.prompt.Prompt.How;

/**
 * The graph of a {@link TextModel}, or of some of its layers: one for prefill, chunked prefill and batched decode
 * steps. The canonical names of its weights are those of transformers' {@code LlamaModel} ({@code embed_tokens}, {@code
 * layers.0.self_attn.q_proj}, {@code norm}) and {@code lm_head}.
 */
// Source: transformers 5.23, models/llama/modeling_llama.py
final class TextGraph {
    static final String EMBEDDINGS = "inputs_embeds";
    static final String LOGIT_INDEX = "logit_index";
    static final String LOGITS = "logits";
    /** The hidden states that one part of the layers outputs and the next takes as its embeddings. */
    static final String HIDDEN = "hidden";

    private final Scope root;
    private final TextModel model;
    private final NumericMode mode;
    private final Ops ops;
    private final GraphBuilder graph;

    private TextGraph(Scope root, TextModel model, NumericMode mode) {
        this.root = root;
        this.model = model;
        this.mode = mode;
        this.ops = root.ops();
        this.graph = ops.graph();
    }

    /**
     * Adds some of the layers to the graph of a scope, and after the last one the final norm and the LM head.
     *
     * @param mode of the layers' linear parts and of the LM head
     * @param first layer
     * @param end the layer after the last, exclusive
     */
    static void build(Scope root, TextModel model, NumericMode mode, int first, int end) {
        new TextGraph(root, model, mode).build(first, end);
    }

    /** Builds the graph that makes keys and values of cross-attention states. */
    static void buildStates(Scope root, TextModel model, NumericMode mode) {
        int hidden = model.hiddenSize();
        Value states =
                root.ops().graph().input(CrossAttention.STATES, TensorType.F32, Dim.free("states"), Dim.of(hidden));
        model.crossAttention()
                .forEach((number, layer) ->
                        layer.addStates(root.at("layers", number).in(mode), number, states, hidden));
    }

    /** Features that enter before a layer: float32 {@code [tokens or 1, hidden]}. */
    static String features(Injection injection) {
        return injection.how() == How.ADD ? "added_" + injection.layer() : "replacing_" + injection.layer();
    }

    /** What stays where features replace: float32 {@code [tokens or 1, 1]}, 0 where they do. */
    static String staying(Injection injection) {
        return "staying_" + injection.layer();
    }

    private void build(int first, int end) {
        int hidden = model.hiddenSize();
        Value embeddings =
                graph.input(EMBEDDINGS, TensorType.F32, Dim.free("rows"), Dim.free("tokens"), Dim.of(hidden));
        TokenShape tokens = TokenShape.of(ops, embeddings);
        LayerGraph layers = new LayerGraph(root, mode, hidden, tokens);
        Value x = tokens.flat(embeddings, hidden);
        for (int i = first; i < end; i++) {
            layers.at(i);
            x = model.layers().get(i).apply(layers, inject(i, x));
        }
        if (end < model.layers().size()) {
            graph.output(HIDDEN, tokens.batched(x), Dim.free("rows"), Dim.free("tokens"), Dim.of(hidden));
            return;
        }
        Value index = graph.input(LOGIT_INDEX, TensorType.I64, Dim.free("logits"));
        Value last = ops.gather(inject(end, x), index, 0);
        Value normed = model.norm().apply(root.at("norm"), last, hidden);
        graph.output(LOGITS, logits(normed), Dim.free("logits"), Dim.of(model.vocabulary()));
    }

    private Value inject(int layer, Value x) {
        Value result = x;
        for (Injection injection : model.injections(layer)) {
            Value features = graph.input(
                    features(injection), TensorType.F32, Dim.free("feature_tokens"), Dim.of(model.hiddenSize()));
            if (injection.how() == How.REPLACE) {
                result = ops.mul(
                        result, graph.input(staying(injection), TensorType.F32, Dim.free("feature_tokens"), Dim.of(1)));
            }
            result = ops.add(result, features);
        }
        return result;
    }

    private Value logits(Value x) {
        Scope head = model.head().tied() ? root.at("embed_tokens") : root.at("lm_head");
        Value logits = Linear.of(head.in(mode), model.hiddenSize(), model.vocabulary(), false)
                .apply(x);
        float scale = model.head().scale();
        float softcap = model.head().softcap();
        Value scaled = scale == 1 ? logits : ops.mul(logits, graph.scalar(scale));
        return softcap == 0 ? scaled : ops.mul(ops.tanh(ops.div(scaled, graph.scalar(softcap))), graph.scalar(softcap));
    }
}
