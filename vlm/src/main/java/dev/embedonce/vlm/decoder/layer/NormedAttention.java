package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Norm;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of grouped heads with queries, keys and values normalised head by head, values without a weight, in
 * the module {@code self_attn} of its layer. Its keys and values are its own, or those of an earlier layer.
 *
 * @param heads of queries and of keys and values; a window is that of sliding-window attention
 * @param bias whether all projections have one
 * @param norm of queries and keys; its epsilon is that of values too
 * @param rope rotates queries and keys
 * @param valuesAreKeys whether values are made of what is projected to keys, before those are normalised
 * @param earlier the number of the layer whose keys and values it attends to; null for its own
 * @param bidirectional whether the tokens of {@link dev.embedonce.vlm.prompt.Prompt#bidirectional} sets attend to each
 *     other
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4TextAttention
public record NormedAttention(
        GroupedHeads heads,
        boolean bias,
        RmsNorm norm,
        RopeTables rope,
        boolean valuesAreKeys,
        @Nullable Integer earlier,
        boolean bidirectional)
        implements TokenMixer {
    private CachedHeads cached() {
        return new CachedHeads(heads, bidirectional);
    }

    @Override
    public List<LayerState> states(int layer) {
        return earlier == null ? cached().states(layer) : cached().statesOf(earlier, layer);
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.concat(cached().inputs().stream(), Stream.of(rope)).toList();
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Scope scope = graph.layer().at("self_attn");
        Value query = rotated(graph, "q_norm", projected(graph, "q_proj", x, heads.heads()), heads.heads());
        Value mixed = earlier == null ? attended(graph, x, query) : cached().attendTo(graph, earlier, query);
        int channels = heads.heads() * heads.size();
        return Linear.of(scope.at("o_proj"), channels, graph.hiddenSize(), bias)
                .apply(graph.tokens().flat(mixed, channels));
    }

    private Value attended(LayerGraph graph, Value x, Value query) {
        Value key = projected(graph, "k_proj", x, heads.kvHeads());
        Value value = valuesAreKeys ? key : projected(graph, "v_proj", x, heads.kvHeads());
        Value normed = Norm.rms(graph.ops(), value, heads.size(), norm.epsilon());
        return cached().attend(
                        graph,
                        query,
                        rotated(graph, "k_norm", key, heads.kvHeads()),
                        batched(graph, normed, heads.kvHeads()));
    }

    /** Heads of all tokens one below the other: float32 {@code [rows * tokens * count, size]}. */
    private Value projected(LayerGraph graph, String name, Value x, int count) {
        Scope scope = graph.layer().at("self_attn").at(name);
        Value projected =
                Linear.of(scope, graph.hiddenSize(), count * heads.size(), bias).apply(x);
        return graph.ops().reshape(projected, -1, heads.size());
    }

    private Value rotated(LayerGraph graph, String name, Value x, int count) {
        Value normed = norm.apply(graph.layer().at("self_attn").at(name), x, heads.size());
        return rope.rotate(graph, batched(graph, normed, count), count, heads.size());
    }

    private Value batched(LayerGraph graph, Value x, int count) {
        Ops ops = graph.ops();
        return graph.tokens().batched(ops.reshape(x, -1, (long) count * heads.size()));
    }
}
