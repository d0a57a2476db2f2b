package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of grouped heads, with rotary positions or none, in the module {@code self_attn} of its layer. Its
 * keys and values are cached for each token (the KV cache).
 *
 * @param heads of queries and of keys and values; a window is that of sliding-window attention
 * @param inputBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the one back has a bias
 * @param qkNorm of queries and keys, head by head; null for none
 * @param rope rotates queries and keys; null for attention without positions
 * @param bidirectional whether the tokens of {@link dev.embedonce.vlm.prompt.Prompt#bidirectional} sets attend to each
 *     other
 * @param gated whether {@code q_proj} gives each head a gate after its query; the head's output is multiplied by its
 *     sigmoid
 */
public record GroupedQueryAttention(
        GroupedHeads heads,
        boolean inputBias,
        boolean outputBias,
        @Nullable RmsNorm qkNorm,
        @Nullable RopeTables rope,
        boolean bidirectional,
        boolean gated)
        implements TokenMixer {
    /** Attention without gates. */
    public GroupedQueryAttention(
            GroupedHeads heads,
            boolean inputBias,
            boolean outputBias,
            @Nullable RmsNorm qkNorm,
            @Nullable RopeTables rope,
            boolean bidirectional) {
        this(heads, inputBias, outputBias, qkNorm, rope, bidirectional, false);
    }

    private CachedHeads cached() {
        return new CachedHeads(heads, bidirectional);
    }

    @Override
    public List<LayerState> states(int layer) {
        return cached().states(layer);
    }

    @Override
    public List<StepInput> inputs() {
        List<StepInput> inputs = new ArrayList<>(cached().inputs());
        if (rope != null) {
            inputs.add(rope);
        }
        return inputs;
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("self_attn");
        int queries = heads.heads() * heads.size();
        Value asked = linear(graph, scope, "q", x, gated ? 2 * queries : queries);
        Value q = normed(ops, scope, "q", gated ? half(ops, asked, 0) : asked, heads.heads());
        Value k =
                normed(ops, scope, "k", linear(graph, scope, "k", x, heads.kvHeads() * heads.size()), heads.kvHeads());
        Value v = linear(graph, scope, "v", x, heads.kvHeads() * heads.size());
        q = rotated(graph, graph.tokens().batched(q), heads.heads());
        k = rotated(graph, graph.tokens().batched(k), heads.kvHeads());
        Value mixed = cached().attend(graph, q, k, graph.tokens().batched(v));
        Value answer = graph.tokens().flat(mixed, queries);
        return Linear.of(scope.at("o_proj"), queries, graph.hiddenSize(), outputBias)
                .apply(gated ? ops.mul(answer, ops.sigmoid(half(ops, asked, 1))) : answer);
    }

    /** Queries, keys or values, float32 {@code [rows * tokens, channels]}. */
    private Value linear(LayerGraph graph, Scope scope, String name, Value x, int channels) {
        return Linear.of(scope.at(name + "_proj"), graph.hiddenSize(), channels, inputBias)
                .apply(x);
    }

    /** The queries (0) or gates (1) of all heads: float32 {@code [rows * tokens, heads * size]}. */
    private Value half(Ops ops, Value both, long which) {
        Value split = ops.reshape(both, -1, heads.heads(), 2L * heads.size());
        Value half = ops.slice(split, 2, which * heads.size(), (which + 1) * heads.size());
        return ops.reshape(half, -1, (long) heads.heads() * heads.size());
    }

    /** Queries or keys, float32 {@code [rows * tokens, count * size]}, normalised head by head. */
    private Value normed(Ops ops, Scope scope, String name, Value x, int count) {
        if (qkNorm == null) {
            return x;
        }
        Value split = ops.reshape(x, -1, heads.size());
        return ops.reshape(
                qkNorm.apply(scope.at(name + "_norm"), split, heads.size()), -1, (long) count * heads.size());
    }

    private Value rotated(LayerGraph graph, Value x, int count) {
        return rope == null ? x : rope.rotate(graph, x, count, heads.size());
    }
}
