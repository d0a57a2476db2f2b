package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Ops.KvCache;
import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * Heads of queries over the keys and values that a layer caches for each token (the KV cache), its own or an earlier
 * layer's.
 *
 * @param heads a window is that of sliding-window attention
 * @param bidirectional whether the tokens of {@link dev.embedonce.vlm.prompt.Prompt#bidirectional} sets attend to each
 *     other
 */
public record CachedHeads(GroupedHeads heads, boolean bidirectional) {
    private static final int EIGHT = 8;

    /**
     * The heads as the operator computes them: it wants channels in eights, so heads of other sizes are padded with
     * zeros, which change no score and no sum.
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

    /** What layer number {@code layer} keeps, if it has keys and values of its own. */
    public List<LayerState> states(int layer) {
        return List.of(keys(layer), values(layer));
    }

    /** What layer number {@code layer} keeps that attends to the keys and values of an earlier one. */
    public List<LayerState> statesOf(int earlier, int layer) {
        return List.of(new LayerState.Borrowed(keys(earlier), layer), new LayerState.Borrowed(values(earlier), layer));
    }

    /** What layer number {@code layer} keeps whose keys are its values too: they are cached once. */
    public List<LayerState> sharedStates(int layer) {
        return List.of(keys(layer), new LayerState.Borrowed(keys(layer), layer));
    }

    /** Its inputs besides the hidden states. */
    public List<StepInput> inputs() {
        return bidirectional ? List.of(new BidirectionalSets(heads.window())) : List.of();
    }

    /**
     * Attention over the layer's own keys and values, those of this run included.
     *
     * @param query float32 {@code [rows, tokens, heads * size]}
     * @param key float32 {@code [rows, tokens, kvHeads * size]}
     * @param value float32 {@code [rows, tokens, kvHeads * size]}
     * @return float32 {@code [rows, tokens, heads * size]}
     */
    public Value attend(LayerGraph graph, Value query, Value key, Value value) {
        Ops ops = graph.ops();
        Value q = padded(ops, query, heads.heads());
        Value k = padded(ops, key, heads.kvHeads());
        Value v = padded(ops, value, heads.kvHeads());
        KvCache cache = graph.kvCache(keys(graph.number()), values(graph.number()));
        Value mixed = ops.groupedQueryAttention(q, k, v, cache, computed());
        return output(graph, mixed, q, graph.number());
    }

    /**
     * Attention over entries that are keys and values alike, those of this run included.
     *
     * @param query float32 {@code [rows, tokens, heads * size]}
     * @param entry float32 {@code [rows, tokens, kvHeads * size]}
     * @return float32 {@code [rows, tokens, heads * size]}
     */
    public Value attendShared(LayerGraph graph, Value query, Value entry) {
        Ops ops = graph.ops();
        Value q = padded(ops, query, heads.heads());
        Value kv = padded(ops, entry, heads.kvHeads());
        LayerState.PerToken keys = keys(graph.number());
        KvCache cache = graph.kvCache(keys, new LayerState.Borrowed(keys, graph.number()));
        return unpadded(ops, ops.groupedQueryAttention(q, kv, kv, cache, computed()));
    }

    /**
     * Attention over the keys and values of an earlier layer with heads of the same size and number.
     *
     * @param query float32 {@code [rows, tokens, heads * size]}
     * @return float32 {@code [rows, tokens, heads * size]}
     */
    public Value attendTo(LayerGraph graph, int earlier, Value query) {
        Ops ops = graph.ops();
        Value q = padded(ops, query, heads.heads());
        KvCache cache = graph.kvCache(
                new LayerState.Borrowed(keys(earlier), graph.number()),
                new LayerState.Borrowed(values(earlier), graph.number()));
        Value mixed = ops.groupedQueryAttentionOver(q, cache, computed());
        return output(graph, mixed, q, earlier);
    }

    private Value output(LayerGraph graph, Value causal, Value query, int layer) {
        Value mixed = causal;
        if (bidirectional) {
            mixed = new BidirectionalSets(heads.window())
                    .apply(
                            graph,
                            causal,
                            query,
                            graph.stateOfEarlierLayer(keys(layer)),
                            graph.stateOfEarlierLayer(values(layer)),
                            computed());
        }
        return unpadded(graph.ops(), mixed);
    }

    /** {@code [rows, tokens, count * size]}, each head padded with zeros if the operator needs them. */
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
