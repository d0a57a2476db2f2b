package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Mlp;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.SelfAttention;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Ops.KvCache;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.vlm.decoder.BartConfig.Stack;
import dev.embedonce.vlm.decoder.layer.LayerState;

/**
 * The two graphs of a {@link BartConfig}. The first is the encoder over a prompt and gives the cross-attention keys and
 * values of each layer of the decoder; the second is one decode step. Canonical names of weights are those of
 * transformers' {@code BartModel}.
 */
// Source: transformers 5.23, models/bart/modeling_bart.py
final class BartGraph {
    static final String EMBEDDINGS = "inputs_embeds";
    static final String POSITIONS = "positions";
    static final String LAST_POSITIONS = "last_positions";
    static final String LONGEST = "longest";
    static final String LOGITS = "logits";

    private static final double EPSILON = 1e-5;
    /** The position tables begin with two rows that stand for no position. */
    private static final int FIRST_POSITION = 2;

    private final Scope root;
    private final Ops ops;
    private final GraphBuilder graph;
    private final BartConfig config;
    private final NumericMode mode;
    private final int hidden;

    private BartGraph(Scope root, BartConfig config, NumericMode mode) {
        this.root = root;
        this.ops = root.ops();
        this.graph = ops.graph();
        this.config = config;
        this.mode = mode;
        this.hidden = config.hiddenSize();
    }

    static String keys(int layer) {
        return "keys_" + layer;
    }

    static String values(int layer) {
        return "values_" + layer;
    }

    static String crossKeys(int layer) {
        return "read_keys_" + layer;
    }

    static String crossValues(int layer) {
        return "read_values_" + layer;
    }

    static void buildEncoder(Scope root, BartConfig config, NumericMode mode) {
        new BartGraph(root, config, mode).encoder();
    }

    static void buildDecoder(Scope root, BartConfig config, NumericMode mode) {
        new BartGraph(root, config, mode).decoder();
    }

    private Value embeddings() {
        return graph.input(EMBEDDINGS, TensorType.F32, Dim.of(1), Dim.free("tokens"), Dim.of(hidden));
    }

    private Value positionTable(Scope side) {
        Value table = side.at("embed_positions").weight("weight", (long) config.positions() + FIRST_POSITION, hidden);
        return ops.slice(table, 0, FIRST_POSITION, Long.MAX_VALUE);
    }

    private void encoder() {
        Value embeddings = embeddings();
        Scope side = root.at("encoder");
        Value placed = ops.add(embeddings, ops.sliceTo(positionTable(side), 0, ops.dim(embeddings, 1)));
        TokenShape tokens = TokenShape.of(ops, embeddings);
        Value x = norm(side.at("layernorm_embedding"), tokens.flat(placed, hidden));
        for (int i = 0; i < config.encoder().layers(); i++) {
            Scope layer = side.at("layers", i).in(mode);
            Scope attention = layer.at("self_attn");
            SelfAttention mix = new SelfAttention(
                    projection(attention, "q_proj"),
                    projection(attention, "k_proj"),
                    projection(attention, "v_proj"),
                    projection(attention, "out_proj"),
                    config.encoder().heads());
            x = norm(side.at("layers", i).at("self_attn_layer_norm"), ops.add(x, mix.apply(x, tokens)));
            x = feedForward(side, i, config.encoder(), x);
        }
        Dim[] dims = promptDims();
        for (int i = 0; i < config.decoder().layers(); i++) {
            Scope attention = root.at("decoder.layers", i).in(mode).at("encoder_attn");
            graph.output(crossKeys(i), heads(projection(attention, "k_proj").apply(x)), dims);
            graph.output(crossValues(i), heads(projection(attention, "v_proj").apply(x)), dims);
        }
    }

    private Dim[] promptDims() {
        int heads = config.decoder().heads();
        return new Dim[] {Dim.of(1), Dim.of(heads), Dim.free("read"), Dim.of(hidden / heads)};
    }

    /** {@code [tokens, hidden]} as {@code [1, heads, tokens, size]} of the decoder. */
    private Value heads(Value x) {
        int heads = config.decoder().heads();
        return ops.transpose(ops.reshape(x, 1, -1, heads, hidden / heads), 0, 2, 1, 3);
    }

    private void decoder() {
        Value embeddings = embeddings();
        Value positions = graph.input(POSITIONS, TensorType.I64, Dim.free("tokens"));
        Value last = graph.input(LAST_POSITIONS, TensorType.I32, Dim.of(1));
        Value longest = graph.input(LONGEST, TensorType.I32);
        Scope side = root.at("decoder");
        TokenShape tokens = TokenShape.of(ops, embeddings);
        Value placed = ops.add(tokens.flat(embeddings, hidden), ops.gather(positionTable(side), positions, 0));
        Value x = norm(side.at("layernorm_embedding"), placed);
        for (int i = 0; i < config.decoder().layers(); i++) {
            Scope norms = side.at("layers", i);
            x = norm(norms.at("self_attn_layer_norm"), ops.add(x, written(i, x, tokens, last, longest)));
            x = norm(norms.at("encoder_attn_layer_norm"), ops.add(x, looked(i, x)));
            x = feedForward(side, i, config.decoder(), x);
        }
        Value logits = Linear.of(root.at("shared").in(mode), hidden, config.vocabulary(), false)
                .apply(x);
        if (root.has("final_logits_bias")) {
            logits = ops.add(logits, root.weight("final_logits_bias", 1, config.vocabulary()));
        }
        graph.output(LOGITS, logits, Dim.free("tokens"), Dim.of(config.vocabulary()));
    }

    /** Causal self-attention over the KV cache. */
    private Value written(int index, Value x, TokenShape tokens, Value last, Value longest) {
        int count = config.decoder().heads();
        int size = hidden / count;
        Scope attention = root.at("decoder.layers", index).in(mode).at("self_attn");
        String keys = keys(index);
        String values = values(index);
        KvCache cache = new KvCache(
                state(keys), state(values), LayerState.UPDATED + keys, LayerState.UPDATED + values, last, longest);
        Value mixed = ops.groupedQueryAttention(
                tokens.batched(projection(attention, "q_proj").apply(x)),
                tokens.batched(projection(attention, "k_proj").apply(x)),
                tokens.batched(projection(attention, "v_proj").apply(x)),
                cache,
                new GroupedHeads(count, count, size, scale(size), 0, 0));
        return projection(attention, "out_proj").apply(tokens.flat(mixed, hidden));
    }

    private Value state(String name) {
        int heads = config.decoder().heads();
        return graph.input(
                name, TensorType.F32, Dim.free("rows"), Dim.of(heads), Dim.free("room"), Dim.of(hidden / heads));
    }

    /** Cross-attention to the prompt. */
    private Value looked(int index, Value x) {
        Scope attention = root.at("decoder.layers", index).in(mode).at("encoder_attn");
        Value mixed = ops.attention(
                heads(projection(attention, "q_proj").apply(x)),
                graph.input(crossKeys(index), TensorType.F32, promptDims()),
                graph.input(crossValues(index), TensorType.F32, promptDims()),
                null,
                scale(hidden / config.decoder().heads()));
        return projection(attention, "out_proj").apply(ops.reshape(ops.transpose(mixed, 0, 2, 1, 3), -1, hidden));
    }

    private static float scale(int size) {
        return (float) (1 / Math.sqrt(size));
    }

    private Value feedForward(Scope side, int index, Stack stack, Value x) {
        Scope layer = side.at("layers", index).in(mode);
        Value mlp = Mlp.plain(
                Linear.of(layer.at("fc1"), hidden, stack.intermediateSize(), true),
                config.activation(),
                Linear.of(layer.at("fc2"), stack.intermediateSize(), hidden, true),
                x);
        return norm(side.at("layers", index).at("final_layer_norm"), ops.add(x, mlp));
    }

    private Linear projection(Scope attention, String name) {
        return Linear.of(attention.at(name), hidden, hidden, true);
    }

    private Value norm(Scope scope, Value x) {
        return Norm.layer(scope, x, hidden, EPSILON);
    }
}
