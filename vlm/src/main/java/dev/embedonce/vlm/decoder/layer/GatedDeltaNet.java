package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.blocks.Activation;
import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.DeltaHeads;
import dev.embedonce.graph.onnx.Ops.Stateful;
import dev.embedonce.graph.onnx.Value;
import java.util.Arrays;
import java.util.List;

/**
 * A gated delta net: linear attention by the gated delta rule after a short causal convolution, in the module {@code
 * linear_attn} of its layer. It has no positions. Its state does not grow with the sequence: a matrix a head and the
 * last columns of the convolution, both float32.
 *
 * <p>The projections to decay and beta are float32 in every mode: they are small, and the recurrence adds their errors
 * up.
 *
 * @param keyHeads of queries and keys
 * @param valueHeads of values and outputs, a multiple of {@code keyHeads}: so many neighbours share a query and key
 * @param keySize channels of a query or key
 * @param valueSize channels of a value or output
 * @param kernel its size: tokens that the convolution covers, the current one included; at least 2
 * @param norm of the outputs, head by head
 */
// Source: transformers 5.23, models/qwen3_5/modeling_qwen3_5.py, Qwen3_5GatedDeltaNet, l2norm
public record GatedDeltaNet(int keyHeads, int valueHeads, int keySize, int valueSize, int kernel, RmsNorm norm)
        implements TokenMixer {
    /** Added to the squared lengths of queries and keys. */
    private static final float EPSILON = 1e-6f;

    private int keys() {
        return keyHeads * keySize;
    }

    private int values() {
        return valueHeads * valueSize;
    }

    /** Channels of the convolution: queries, keys, values. */
    private int channels() {
        return 2 * keys() + values();
    }

    private LayerState.Recurrent columns(int layer) {
        return new LayerState.Recurrent("conv_state_" + layer, channels(), kernel - 1L);
    }

    private LayerState.Recurrent matrices(int layer) {
        return new LayerState.Recurrent("delta_state_" + layer, valueHeads, keySize, valueSize);
    }

    @Override
    public List<LayerState> states(int layer) {
        return List.of(columns(layer), matrices(layer));
    }

    @Override
    public List<StepInput> inputs() {
        return List.of();
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("linear_attn");
        Value qkv = convolved(graph, scope, linear(graph, scope, "in_proj_qkv", x, channels()));
        Stateful attended = ops.gatedDeltaRule(
                l2Normalised(ops, ops.slice(qkv, 2, 0, keys())),
                l2Normalised(ops, ops.slice(qkv, 2, keys(), 2L * keys())),
                ops.slice(qkv, 2, 2L * keys(), channels()),
                graph.state(matrices(graph.number())),
                graph.tokens().batched(decay(graph, scope, x)),
                graph.tokens().batched(ops.sigmoid(inFloat32(graph, scope, "in_proj_b", x))),
                new DeltaHeads(keyHeads, valueHeads, (float) (1 / Math.sqrt(keySize))));
        graph.update(matrices(graph.number()), attended.state());
        Value normed = norm.apply(scope.at("norm"), ops.reshape(attended.output(), -1, valueSize), valueSize);
        Value gate = Activation.SILU.apply(ops, linear(graph, scope, "in_proj_z", x, values()));
        return Linear.of(scope.at("out_proj"), values(), graph.hiddenSize(), false)
                .apply(ops.mul(ops.reshape(normed, -1, values()), gate));
    }

    private static Value linear(LayerGraph graph, Scope scope, String name, Value x, int out) {
        return Linear.of(scope.at(name), graph.hiddenSize(), out, false).apply(x);
    }

    /** One number a head: float32 {@code [rows * tokens, valueHeads]}. */
    private Value inFloat32(LayerGraph graph, Scope scope, String name, Value x) {
        return linear(graph, scope.in(NumericMode.FLOAT32), name, x, valueHeads);
    }

    /** Convolves {@code [rows * tokens, channels]}: float32 {@code [rows, tokens, channels]}. */
    private Value convolved(LayerGraph graph, Scope scope, Value x) {
        Ops ops = graph.ops();
        LayerState.Recurrent state = columns(graph.number());
        Stateful convolved = ops.causalConv(
                ops.transpose(graph.tokens().batched(x), 0, 2, 1),
                scope.at("conv1d").weight("weight", channels(), 1, kernel),
                graph.state(state),
                true);
        graph.update(state, convolved.state());
        return ops.transpose(convolved.output(), 0, 2, 1);
    }

    /** {@code -e^A_log * softplus(a + dt_bias)}: float32 {@code [rows * tokens, valueHeads]}. */
    private Value decay(LayerGraph graph, Scope scope, Value x) {
        Ops ops = graph.ops();
        Value step = ops.add(inFloat32(graph, scope, "in_proj_a", x), scope.weight("dt_bias", valueHeads));
        Value rate = ops.exp(scope.weight("A_log", valueHeads));
        return ops.mul(ops.softplus(step), ops.sub(ops.graph().scalar(0f), rate));
    }

    /** L2-normalises each head, by an RMS norm: float32 {@code [rows, tokens, keys]}. */
    private Value l2Normalised(Ops ops, Value x) {
        float[] weights = new float[keySize];
        Arrays.fill(weights, (float) (1 / Math.sqrt(keySize)));
        Value heads = ops.rmsNorm(
                ops.reshape(x, 0, 0, keyHeads, keySize),
                ops.graph().constant(Shape.of(keySize), weights),
                EPSILON / keySize);
        return ops.reshape(heads, 0, 0, keys());
    }
}
