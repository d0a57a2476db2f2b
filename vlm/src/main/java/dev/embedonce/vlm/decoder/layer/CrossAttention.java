package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.GroupedHeads;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.Prompt.States;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * A cross-attention layer: attends to {@link States} of pictures in place of earlier tokens. Keys and values of the
 * states are computed once a sequence, by a graph of their own ({@link #addStates}). One row at a time.
 *
 * <p>A token that attends to no state (one before the first picture) attends to all of them, and the layer's MLP then
 * adds nothing; without any picture neither half adds anything. The layers run all the same then, over one state of
 * zeros: what they give is multiplied by zero, which leaves the hidden states as they were, bit for bit.
 *
 * @param heads of the attention, without window
 * @param norm before both halves, and of queries and keys
 */
// Source: transformers 5.23, models/mllama/modeling_mllama.py, MllamaCrossAttentionDecoderLayer,
// _prepare_cross_attention_mask
public record CrossAttention(GroupedHeads heads, RmsNorm norm, FeedForward feedForward) implements DecoderLayer {
    /** The states of a graph that {@link #addStates} is for: float32 {@code [states, hidden]}. */
    public static final String STATES = "states";

    /** float32 {@code [tokens, states]}: 0 where a token attends, minus infinity elsewhere. */
    private static final String MASK = "states_mask";
    /** float32 {@code [tokens, 1]}: 1 if there is a state at all. */
    private static final String ANY = "any_states";
    /** float32 {@code [tokens, 1]}: 1 if the token attends to one. */
    private static final String ATTENDS = "attends_states";

    private static String keys(int layer) {
        return "state_keys_" + layer;
    }

    private static String values(int layer) {
        return "state_values_" + layer;
    }

    /**
     * Adds keys and values of states to a graph: two outputs, float32 {@code [1, kvHeads, states, size]}.
     *
     * @param layer the weights of this layer, which has the number {@code number}
     */
    public void addStates(Scope layer, int number, Value states, int hiddenSize) {
        Ops ops = layer.ops();
        Scope scope = layer.at("cross_attn");
        int channels = heads.kvHeads() * heads.size();
        Value k = Linear.of(scope.at("k_proj"), hiddenSize, channels, false).apply(states);
        Value v = Linear.of(scope.at("v_proj"), hiddenSize, channels, false).apply(states);
        k = norm.apply(scope.at("k_norm"), ops.reshape(k, -1, heads.size()), heads.size());
        ops.graph().output(keys(number), split(ops, k), dims());
        ops.graph().output(values(number), split(ops, v), dims());
    }

    /** What {@link #addStates} would give for a prompt without states. */
    public void putNoStates(int number, Map<String, Tensor> states) {
        Tensor zeros = Tensor.ofFloats(new float[heads.kvHeads() * heads.size()], 1, heads.kvHeads(), 1, heads.size());
        states.put(keys(number), zeros);
        states.put(values(number), zeros);
    }

    private Value split(Ops ops, Value x) {
        return ops.transpose(ops.reshape(x, 1, -1, heads.kvHeads(), heads.size()), 0, 2, 1, 3);
    }

    private Dim[] dims() {
        return new Dim[] {Dim.of(1), Dim.of(heads.kvHeads()), Dim.free("states"), Dim.of(heads.size())};
    }

    @Override
    public Value apply(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope layer = graph.layer();
        int hidden = graph.hiddenSize();
        Value mixed = attention(graph, norm.apply(layer.at("input_layernorm"), x, hidden));
        Value any = graph.input(ANY, TensorType.F32, Dim.free("tokens"), Dim.of(1));
        Value middle = ops.add(x, gated(layer, "cross_attn_attn_gate", ops.mul(mixed, any)));
        Value mlp = feedForward.apply(graph, norm.apply(layer.at("post_attention_layernorm"), middle, hidden));
        Value attends = graph.input(ATTENDS, TensorType.F32, Dim.free("tokens"), Dim.of(1));
        return ops.add(middle, gated(layer, "cross_attn_mlp_gate", ops.mul(mlp, attends)));
    }

    private Value attention(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("cross_attn");
        int queries = heads.heads() * heads.size();
        Value q = Linear.of(scope.at("q_proj"), graph.hiddenSize(), queries, false)
                .apply(x);
        q = norm.apply(scope.at("q_norm"), ops.reshape(q, -1, heads.size()), heads.size());
        Value asking =
                ops.reshape(graph.tokens().batched(ops.reshape(q, -1, queries)), 0, 0, heads.heads(), heads.size());
        Value answers = ops.attention(
                ops.transpose(asking, 0, 2, 1, 3),
                graph.input(keys(graph.number()), TensorType.F32, dims()),
                graph.input(values(graph.number()), TensorType.F32, dims()),
                graph.input(MASK, TensorType.F32, Dim.free("tokens"), Dim.free("states")),
                heads.scale());
        Value merged = ops.reshape(ops.transpose(answers, 0, 2, 1, 3), -1, queries);
        return Linear.of(scope.at("o_proj"), queries, graph.hiddenSize(), false).apply(merged);
    }

    private static Value gated(Scope layer, String gate, Value x) {
        return layer.ops().mul(x, layer.ops().tanh(layer.weight(gate, 1)));
    }

    @Override
    public List<LayerState> states(int layer) {
        return List.of();
    }

    @Override
    public List<StepInput> inputs() {
        return List.of(new Mask());
    }

    @Override
    public long weights() {
        return feedForward.weights();
    }

    /** Which states the tokens of a run attend to, those after the prompt included. */
    private record Mask() implements StepInput {
        @Override
        public void feed(Step step, Map<String, Tensor> feeds) {
            Prompt prompt = step.prompt(0);
            List<States> all = prompt.states();
            int count = Math.max(1, all.stream().mapToInt(s -> s.rows().count()).sum());
            int tokens = step.tokens();
            ByteBuffer mask = Tensor.direct(DType.FLOAT32, tokens, count);
            ByteBuffer any = Tensor.direct(DType.FLOAT32, tokens, 1);
            ByteBuffer attends = Tensor.direct(DType.FLOAT32, tokens, 1);
            for (int i = 0; i < tokens; i++) {
                int token = step.from(0) + i;
                boolean one = all.stream().anyMatch(states -> states.isVisibleTo(token));
                any.putFloat(all.isEmpty() ? 0 : 1);
                attends.putFloat(one ? 1 : 0);
                if (one) {
                    all.forEach(states -> put(mask, states, states.isVisibleTo(token)));
                } else {
                    mask.position(mask.position() + count * Float.BYTES);
                }
            }
            feeds.put(MASK, Tensor.view(DType.FLOAT32, new long[] {tokens, count}, mask.flip()));
            feeds.put(ANY, Tensor.view(DType.FLOAT32, new long[] {tokens, 1}, any.flip()));
            feeds.put(ATTENDS, Tensor.view(DType.FLOAT32, new long[] {tokens, 1}, attends.flip()));
        }

        private static void put(ByteBuffer mask, States states, boolean visible) {
            for (int row = 0; row < states.rows().count(); row++) {
                mask.putFloat(visible && row < states.visible() ? 0 : Float.NEGATIVE_INFINITY);
            }
        }
    }
}
