package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention of grouped heads without biases, from checkpoints that keep queries, keys and values as one: the
 * rows of {@code qkv_proj}, in that order. In the module {@code self_attn} of its layer.
 *
 * @param heads of queries and of keys and values; a window is that of sliding-window attention
 * @param rope rotates queries and keys
 * @param lora of both projections; null for none
 */
// Source: transformers 5.23, models/phi3/modeling_phi3.py, Phi3Attention
public record FusedAttention(
        GroupedHeads heads, RopeTables rope, @Nullable Lora lora) implements TokenMixer {
    private CachedHeads cached() {
        return new CachedHeads(heads, false);
    }

    @Override
    public List<LayerState> states(int layer) {
        return cached().states(layer);
    }

    @Override
    public List<StepInput> inputs() {
        return Stream.concat(Stream.of(rope), Lora.inputs(lora).stream()).toList();
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("self_attn");
        int queries = heads.heads() * heads.size();
        int keys = heads.kvHeads() * heads.size();
        Value fused = Lora.linear(lora, graph, scope.at("qkv_proj"), x, graph.hiddenSize(), queries + 2 * keys);
        List<Value> parts =
                ops.split(graph.tokens().batched(fused), 2, 3, ops.graph().constant(queries, keys, keys));
        Value mixed = cached().attend(
                        graph,
                        rope.rotate(graph, parts.get(0), heads.heads(), heads.size()),
                        rope.rotate(graph, parts.get(1), heads.kvHeads(), heads.size()),
                        parts.get(2));
        Value flat = graph.tokens().flat(mixed, queries);
        return Lora.linear(lora, graph, scope.at("o_proj"), flat, queries, graph.hiddenSize());
    }
}
