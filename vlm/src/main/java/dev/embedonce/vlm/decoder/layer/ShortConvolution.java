package dev.embedonce.vlm.decoder.layer;

import dev.embedonce.graph.blocks.Linear;
import dev.embedonce.graph.blocks.Scope;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Ops.Stateful;
import dev.embedonce.graph.onnx.Value;
import java.util.List;

/**
 * A gated short convolution, in the module {@code conv} of its layer: {@code in_proj} makes B, C and x of each token, a
 * depthwise causal convolution mixes {@code B * x}, and {@code out_proj} takes that times C. It has no positions. Its
 * state, the last columns of {@code B * x}, does not grow with the sequence.
 *
 * @param kernel its size: tokens that the convolution covers, the current one included; at least 2
 */
// Source: transformers 5.23, models/lfm2/modeling_lfm2.py, Lfm2ShortConv
public record ShortConvolution(int hiddenSize, int kernel) implements TokenMixer {
    private LayerState.Recurrent columns(int layer) {
        return new LayerState.Recurrent("conv_state_" + layer, hiddenSize, kernel - 1L);
    }

    @Override
    public List<LayerState> states(int layer) {
        return List.of(columns(layer));
    }

    @Override
    public List<StepInput> inputs() {
        return List.of();
    }

    @Override
    public Value mix(LayerGraph graph, Value x) {
        Ops ops = graph.ops();
        Scope scope = graph.layer().at("conv");
        LayerState.Recurrent state = columns(graph.number());
        Linear in = Linear.of(scope.at("in_proj"), hiddenSize, 3 * hiddenSize, false);
        Value all = ops.transpose(graph.tokens().batched(in.apply(x)), 0, 2, 1);
        Stateful convolved = ops.causalConv(
                ops.mul(part(ops, all, 0), part(ops, all, 2)),
                scope.at("conv").weight("weight", hiddenSize, 1, kernel),
                graph.state(state),
                false);
        graph.update(state, convolved.state());
        Value gated = ops.transpose(ops.mul(part(ops, all, 1), convolved.output()), 0, 2, 1);
        return Linear.of(scope.at("out_proj"), hiddenSize, hiddenSize, false)
                .apply(graph.tokens().flat(gated, hiddenSize));
    }

    /** B (0), C (1) or x (2): float32 {@code [rows, hiddenSize, tokens]}. */
    private Value part(Ops ops, Value all, long which) {
        return ops.slice(all, 1, which * hiddenSize, (which + 1) * hiddenSize);
    }
}
