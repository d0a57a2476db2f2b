package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Ops.KeptStates;
import dev.embedonce.graph.onnx.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of grouped heads, with rotary positions or none, in the module {@code self_attn} of its layer. Its keys
 * and values are kept for each token (the KV cache).
 *
 * @param heads of queries and of keys and values; a window is that of sliding-window attention
 * @param inputBias whether the projections to queries, keys and values have a bias
 * @param outputBias whether the one back has a bias
 * @param qkNorm of queries and keys, head by head; null for none
 * @param rope rotates queries and keys; null for attention without positions
 * @param bidirectional whether the tokens of {@link dev.embedonce.vlm.prompt.Prompt#bidirectional} sets attend to each other
 * @param gated whether {@code q_proj} gives each head a gate behind its query; the head's output is multiplied by its
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
    private static final int EIGHT = 8;

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

    /**
     * The heads as the operator computes them: it wants channels in eights, so heads of other sizes get zeros behind, which change no score
     * and no sum.
     */
    private GroupedHeads computed() {
        int size = (heads.size() + EIGHT - 1) / EIGHT * EIGHT;
        return new GroupedHeads(heads.heads(), heads.kvHeads(), size, heads.scale(), heads.window(), heads.softcap());
    }

    private LayerState.PerToken keys(int layer) {
        return new LayerState.PerToken(
                "keys_" + layer, heads.kvHeads(), computed().size());
    }

    private LayerState.PerToken values(int layer) {
        return new LayerState.PerToken(
                "values_" + layer, heads.kvHeads(), computed().size());
    }

    @Override
    public List<LayerState> states(int layer) {
        return List.of(keys(layer), values(layer));
    }

    @Override
    public List<StepInput> inputs() {
        List<StepInput> inputs = new ArrayList<>();
        if (rope != null) {
            inputs.add(rope);
        }
        if (bidirectional) {
            inputs.add(new BidirectionalSets(heads.window()));
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
        q = padded(ops, rotated(graph, graph.tokens().batched(q), heads.heads()), heads.heads());
        k = padded(ops, rotated(graph, graph.tokens().batched(k), heads.kvHeads()), heads.kvHeads());
        v = padded(ops, graph.tokens().batched(v), heads.kvHeads());
        KeptStates cache = graph.kvCache(keys(graph.number()), values(graph.number()));
        Value mixed = ops.groupedQueryAttention(q, k, v, cache, computed());
        if (bidirectional) {
            mixed = new BidirectionalSets(heads.window()).apply(graph, mixed, q, cache, computed());
        }
        Value answer = graph.tokens().flat(unpadded(ops, mixed), queries);
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

    /** {@code [rows, tokens, count * size]} with zeros behind each head, if the operator needs them. */
    private Value padded(Ops ops, Value x, int count) {
        int size = computed().size();
        if (size == heads.size()) {
            return x;
        }
        Value split = ops.reshape(x, 0, 0, count, heads.size());
        return ops.reshape(ops.padLast(split, 4, size - heads.size()), 0, 0, (long) count * size);
    }

    private Value unpadded(Ops ops, Value x) {
        int size = computed().size();
        if (size == heads.size()) {
            return x;
        }
        Value split = ops.reshape(x, 0, 0, heads.heads(), size);
        return ops.reshape(ops.slice(split, 3, 0, heads.size()), 0, 0, (long) heads.heads() * heads.size());
    }
}
