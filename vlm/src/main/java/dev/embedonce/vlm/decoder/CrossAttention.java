package dev.embedonce.vlm.decoder;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.blocks.TokenShape;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.GraphBuilder;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.Prompt.States;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The layers that look at states of pictures. Keys and values of the states are made once a sequence, by a graph of their own, and
 * kept; a layer asks them for each token it reads. One row at a time.
 *
 * <p>A token that sees no state (one before the first picture) looks at all of them, and the layer's feed-forward half then adds
 * nothing; without any picture neither half adds anything. The layers run all the same then, over one state of zeros: what they
 * give is multiplied by zero, which leaves the hidden states as they were, bit for bit.
 */
// Source: transformers 5.23, models/mllama/modeling_mllama.py, MllamaCrossAttentionDecoderLayer,
// _prepare_cross_attention_mask
final class CrossAttention {
    private static final String STATES = "states";
    /** float32 {@code [tokens, states]}: 0 for what is seen. */
    private static final String MASK = "states_mask";
    /** float32 {@code [tokens, 1]}: 1 if there is a state at all. */
    private static final String ANY = "any_states";
    /** float32 {@code [tokens, 1]}: 1 if the token sees one. */
    private static final String SEEN = "seen_states";

    private final Ops ops;
    private final DecoderConfig config;
    private final GroupedHeads heads;
    private final Value mask;
    private final Value any;
    private final Value seen;

    CrossAttention(Ops ops, DecoderConfig config) {
        GraphBuilder graph = ops.graph();
        this.ops = ops;
        this.config = config;
        this.heads = config.heads();
        this.mask = graph.input(MASK, TensorType.F32, Dim.free("tokens"), Dim.free("states"));
        this.any = graph.input(ANY, TensorType.F32, Dim.free("tokens"), Dim.of(1));
        this.seen = graph.input(SEEN, TensorType.F32, Dim.free("tokens"), Dim.of(1));
    }

    private static String keys(int layer) {
        return "state_keys_" + layer;
    }

    private static String values(int layer) {
        return "state_values_" + layer;
    }

    /** Builds the graph that makes keys and values of states: outputs float32 {@code [1, kvHeads, states, size]}, two a layer. */
    static void buildStates(Scope root, DecoderConfig config, NumericMode mode) {
        Ops ops = root.ops();
        GroupedHeads heads = config.heads();
        int channels = heads.kvHeads() * heads.size();
        Value states = ops.graph().input(STATES, TensorType.F32, Dim.free("states"), Dim.of(config.hiddenSize()));
        for (int layer : new TreeSet<>(config.style().cross())) {
            Scope scope = root.at("layers", layer).in(mode).at("cross_attn");
            Value k = Linear.of(scope.at("k_proj"), config.hiddenSize(), channels, false)
                    .apply(states);
            Value v = Linear.of(scope.at("v_proj"), config.hiddenSize(), channels, false)
                    .apply(states);
            k = Norm.rms(scope.at("k_norm"), ops.reshape(k, -1, heads.size()), heads.size(), config.epsilon());
            output(ops, keys(layer), k, heads);
            output(ops, values(layer), v, heads);
        }
    }

    private static void output(Ops ops, String name, Value x, GroupedHeads heads) {
        Value split = ops.transpose(ops.reshape(x, 1, -1, heads.kvHeads(), heads.size()), 0, 2, 1, 3);
        ops.graph().output(name, split, dims(heads));
    }

    private static Dim[] dims(GroupedHeads heads) {
        return new Dim[] {Dim.of(1), Dim.of(heads.kvHeads()), Dim.free("states"), Dim.of(heads.size())};
    }

    /**
     * What a layer's attention adds.
     *
     * @param x float32 [tokens, hidden], normalised
     * @return float32 of the same shape
     */
    Value attention(Scope layer, int index, Value x, TokenShape tokens) {
        Scope scope = layer.at("cross_attn");
        int queries = heads.heads() * heads.size();
        Value q = Linear.of(scope.at("q_proj"), config.hiddenSize(), queries, false)
                .apply(x);
        q = Norm.rms(scope.at("q_norm"), ops.reshape(q, -1, heads.size()), heads.size(), config.epsilon());
        Value asking = ops.reshape(tokens.batched(ops.reshape(q, -1, queries)), 0, 0, heads.heads(), heads.size());
        Value answers = ops.attention(
                ops.transpose(asking, 0, 2, 1, 3), state(keys(index)), state(values(index)), mask, heads.scale());
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), -1, queries);
        Value mixed = Linear.of(scope.at("o_proj"), queries, config.hiddenSize(), false)
                .apply(merged);
        return gated(layer, "cross_attn_attn_gate", ops.mul(mixed, any));
    }

    /** What its feed-forward half adds. */
    Value feedForward(Scope layer, Value fed) {
        return gated(layer, "cross_attn_mlp_gate", ops.mul(fed, seen));
    }

    private Value gated(Scope layer, String gate, Value x) {
        return ops.mul(x, ops.tanh(layer.weight(gate, 1)));
    }

    private Value state(String name) {
        return ops.graph().input(name, TensorType.F32, dims(heads));
    }

    /** Keys and values of all states of a prompt, by the names of the inputs they are for. */
    static Map<String, Tensor> project(OnnxSession session, Prompt prompt, DecoderConfig config) {
        if (prompt.states().isEmpty()) {
            return nothing(config);
        }
        long[] shape = {count(prompt), config.hiddenSize()};
        List<Tensor> rows =
                prompt.states().stream().map(states -> states.rows().tensor()).toList();
        return session.run(Map.of(STATES, Tensor.joined(shape, rows)));
    }

    private static Map<String, Tensor> nothing(DecoderConfig config) {
        GroupedHeads heads = config.heads();
        Tensor zeros = Tensor.ofFloats(new float[heads.kvHeads() * heads.size()], 1, heads.kvHeads(), 1, heads.size());
        Map<String, Tensor> states = new HashMap<>();
        for (int layer : config.style().cross()) {
            states.put(keys(layer), zeros);
            states.put(values(layer), zeros);
        }
        return states;
    }

    private static int count(Prompt prompt) {
        return prompt.states().stream()
                .mapToInt(states -> states.rows().count())
                .sum();
    }

    /** Says what tokens from {@code from} on see, those behind the prompt included. */
    static void feed(Map<String, Tensor> feeds, Prompt prompt, int from, int tokens) {
        List<States> all = prompt.states();
        int count = Math.max(1, count(prompt));
        ByteBuffer mask = Tensor.direct(DType.FLOAT32, tokens, count);
        ByteBuffer any = Tensor.direct(DType.FLOAT32, tokens, 1);
        ByteBuffer seen = Tensor.direct(DType.FLOAT32, tokens, 1);
        for (int i = 0; i < tokens; i++) {
            int token = from + i;
            boolean sees = all.stream().anyMatch(states -> states.isSeenBy(token));
            any.putFloat(all.isEmpty() ? 0 : 1);
            seen.putFloat(sees ? 1 : 0);
            if (sees) {
                all.forEach(states -> put(mask, states, states.isSeenBy(token)));
            } else {
                mask.position(mask.position() + count * Float.BYTES);
            }
        }
        feeds.put(MASK, Tensor.view(DType.FLOAT32, new long[] {tokens, count}, mask.flip()));
        feeds.put(ANY, Tensor.view(DType.FLOAT32, new long[] {tokens, 1}, any.flip()));
        feeds.put(SEEN, Tensor.view(DType.FLOAT32, new long[] {tokens, 1}, seen.flip()));
    }

    private static void put(ByteBuffer mask, States states, boolean visible) {
        for (int row = 0; row < states.rows().count(); row++) {
            mask.putFloat(visible && row < states.seen() ? 0 : Float.NEGATIVE_INFINITY);
        }
    }
}
