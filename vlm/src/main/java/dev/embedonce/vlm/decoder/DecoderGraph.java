package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Ops.KeptStates;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.decoder.DecoderConfig.Local;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a {@link DecoderConfig}, or of some of its layers: one for prefill, for prefill in chunks and for rows that decode together. The canonical
 * names of its weights are those of transformers' {@code LlamaModel} ({@code embed_tokens}, {@code layers.0.self_attn.q_proj},
 * {@code norm}) and {@code lm_head}.
 */
// Source: transformers 5.23, models/llama/modeling_llama.py, models/qwen2, models/qwen3, models/qwen3_vl (text),
// models/gemma3, models/mllama (text)
final class DecoderGraph {
    static final String EMBEDDINGS = "inputs_embeds";
    static final String COS = "cos";
    static final String SIN = "sin";
    static final String LOCAL_COS = "local_cos";
    static final String LOCAL_SIN = "local_sin";
    static final String LAST_POSITIONS = "last_positions";
    static final String LONGEST = "longest";
    static final String LOGIT_INDEX = "logit_index";
    static final String LOGITS = "logits";
    /** What a part of the layers hands to the next as its embeddings. */
    static final String HIDDEN = "hidden";

    private final Scope root;
    private final DecoderConfig config;
    private final NumericMode mode;
    private final Ops ops;
    private final GraphBuilder graph;
    private final Angles angles;
    private final Angles localAngles;
    private final @Nullable BlockAttention blocks;
    private final @Nullable CrossAttention cross;

    /** Cosines and sines by which heads are turned, float32 [rows, tokens, pairs] each. */
    private record Angles(Value cos, Value sin) {}

    private DecoderGraph(Scope root, DecoderConfig config, NumericMode mode) {
        this.root = root;
        this.config = config;
        this.mode = mode;
        this.ops = root.ops();
        this.graph = ops.graph();
        this.angles = angles(graph, COS, SIN, config.rotary());
        Local local = config.style().local();
        this.localAngles = local == null ? angles : angles(graph, LOCAL_COS, LOCAL_SIN, local.rotary());
        this.blocks = config.style().blocks() ? new BlockAttention(ops, config) : null;
        this.cross = config.style().cross().isEmpty() ? null : new CrossAttention(ops, config);
    }

    /**
     * Adds some of the layers to the graph of a scope, and behind the last the output layer.
     *
     * @param mode of the layers' linear parts and of an output layer of its own
     * @param first layer
     * @param end the layer behind the last
     */
    static void build(Scope root, DecoderConfig config, NumericMode mode, int first, int end) {
        new DecoderGraph(root, config, mode).build(first, end);
    }

    static String keys(int layer) {
        return "keys_" + layer;
    }

    static String values(int layer) {
        return "values_" + layer;
    }

    static String updated(String state) {
        return "new_" + state;
    }

    static String level(int index) {
        return "level_" + index;
    }

    private void build(int first, int end) {
        int hidden = config.hiddenSize();
        Value embeddings =
                graph.input(EMBEDDINGS, TensorType.F32, Dim.free("rows"), Dim.free("tokens"), Dim.of(hidden));
        Value last = graph.input(LAST_POSITIONS, TensorType.I32, Dim.free("rows"));
        Value longest = graph.input(LONGEST, TensorType.I32);
        TokenShape tokens = TokenShape.of(ops, embeddings);
        Value x = tokens.flat(embeddings, hidden);
        for (int i = first; i < end; i++) {
            if (cross != null && config.style().cross().contains(i)) {
                x = looking(cross, i, x, tokens);
            } else {
                KeptStates kept = new KeptStates(
                        state(keys(i)), state(values(i)), updated(keys(i)), updated(values(i)), last, longest);
                x = layer(i, x, tokens, kept);
            }
            if (i < config.levels()) {
                x = ops.add(x, graph.input(level(i), TensorType.F32, Dim.free("level_tokens"), Dim.of(hidden)));
            }
        }
        if (end < config.layers()) {
            graph.output(HIDDEN, tokens.batched(x), Dim.free("rows"), Dim.free("tokens"), Dim.of(hidden));
            return;
        }
        Value index = graph.input(LOGIT_INDEX, TensorType.I64, Dim.free("logits"));
        Value normed = norm(root.at("norm"), ops.gather(x, index, 0));
        graph.output(LOGITS, output().apply(normed), Dim.free("logits"), Dim.of(config.vocabulary()));
    }

    private static Angles angles(GraphBuilder graph, String cos, String sin, Rotary rotary) {
        Dim[] dims = {Dim.free("rows"), Dim.free("tokens"), Dim.of(rotary.pairs())};
        return new Angles(graph.input(cos, TensorType.F32, dims), graph.input(sin, TensorType.F32, dims));
    }

    private Value layer(int index, Value x, TokenShape tokens, KeptStates kept) {
        Scope norms = root.at("layers", index);
        boolean behind = config.style().normsBehind();
        Value mixed = attention(index, norm(norms.at("input_layernorm"), x), tokens, kept);
        Value middle = ops.add(x, behind ? norm(norms.at("post_attention_layernorm"), mixed) : mixed);
        Scope before = norms.at(behind ? "pre_feedforward_layernorm" : "post_attention_layernorm");
        Value fed = feedForward(layer(index).at("mlp"), norm(before, middle));
        return ops.add(middle, behind ? norm(norms.at("post_feedforward_layernorm"), fed) : fed);
    }

    /** A layer that looks at states of pictures. */
    private Value looking(CrossAttention states, int index, Value x, TokenShape tokens) {
        Scope norms = root.at("layers", index);
        Value normed = norm(norms.at("input_layernorm"), x);
        Value middle = ops.add(x, states.attention(layer(index), index, normed, tokens));
        Value fed = feedForward(layer(index).at("mlp"), norm(norms.at("post_attention_layernorm"), middle));
        return ops.add(middle, states.feedForward(layer(index), fed));
    }

    private Value norm(Scope scope, Value x) {
        return Norm.rms(
                scope, x, config.hiddenSize(), config.epsilon(), config.style().normOffset());
    }

    private Scope layer(int index) {
        return root.at("layers", index).in(mode);
    }

    private Linear output() {
        Scope head = config.tied() ? root.at("embed_tokens") : root.at("lm_head");
        return Linear.of(head.in(mode), config.hiddenSize(), config.vocabulary(), false);
    }

    private Value state(String name) {
        GroupedHeads heads = config.computedHeads();
        return graph.input(
                name,
                TensorType.F32,
                Dim.free("rows"),
                Dim.of(heads.kvHeads()),
                Dim.free("room"),
                Dim.of(heads.size()));
    }

    private Value attention(int layer, Value x, TokenShape tokens, KeptStates kept) {
        Scope scope = layer(layer).at("self_attn");
        Local local = config.local(layer);
        Angles turn = local == null ? angles : localAngles;
        GroupedHeads heads = config.heads();
        int queries = heads.heads() * heads.size();
        int keys = heads.kvHeads() * heads.size();
        Value q = projected(scope, "q_proj", x, queries);
        Value k = projected(scope, "k_proj", x, keys);
        Value v = projected(scope, "v_proj", x, keys);
        if (config.projections().headNorm()) {
            q = headNorm(scope.at("q_norm"), q, queries);
            k = headNorm(scope.at("k_norm"), k, keys);
        }
        q = padded(ops.rotary(tokens.batched(q), turn.cos, turn.sin, heads.heads()), heads.heads());
        k = padded(ops.rotary(tokens.batched(k), turn.cos, turn.sin, heads.kvHeads()), heads.kvHeads());
        v = padded(tokens.batched(v), heads.kvHeads());
        GroupedHeads computed = local == null ? config.computedHeads() : config.computedHeads(local.window());
        Value causal = ops.groupedQueryAttention(q, k, v, kept, computed);
        Value mixed = unpadded(blocks == null ? causal : blocks.apply(causal, q, kept, local != null), heads.heads());
        return Linear.of(
                        scope.at("o_proj"),
                        queries,
                        config.hiddenSize(),
                        config.projections().outputBias())
                .apply(tokens.flat(mixed, queries));
    }

    /** {@code [rows, tokens, heads * size]} with zeros behind each head, if attention needs them. */
    private Value padded(Value x, int heads) {
        int size = config.heads().size();
        int computed = config.computedHeads().size();
        if (computed == size) {
            return x;
        }
        Value split = ops.reshape(x, 0, 0, heads, size);
        return ops.reshape(ops.padLast(split, 4, computed - size), 0, 0, (long) heads * computed);
    }

    private Value unpadded(Value x, int heads) {
        int size = config.heads().size();
        int computed = config.computedHeads().size();
        if (computed == size) {
            return x;
        }
        return ops.reshape(ops.slice(ops.reshape(x, 0, 0, heads, computed), 3, 0, size), 0, 0, (long) heads * size);
    }

    private Value projected(Scope scope, String name, Value x, int out) {
        return Linear.of(
                        scope.at(name),
                        config.hiddenSize(),
                        out,
                        config.projections().inputBias())
                .apply(x);
    }

    private Value headNorm(Scope scope, Value x, int channels) {
        int size = config.heads().size();
        return ops.reshape(
                Norm.rms(
                        scope,
                        ops.reshape(x, -1, size),
                        size,
                        config.epsilon(),
                        config.style().normOffset()),
                -1,
                channels);
    }

    private Value feedForward(Scope scope, Value x) {
        boolean bias = config.projections().mlpBias();
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        return Mlp.gated(
                Linear.of(scope.at("gate_proj"), hidden, inner, bias),
                Linear.of(scope.at("up_proj"), hidden, inner, bias),
                config.activation(),
                Linear.of(scope.at("down_proj"), inner, hidden, bias),
                x);
    }
}
