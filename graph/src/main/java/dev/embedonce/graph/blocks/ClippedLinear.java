package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/**
 * A linear layer without bias in a module {@code linear}, with bounds beside it: what goes in lies between
 * {@code input_min} and {@code input_max}, what comes out between {@code output_min} and {@code output_max}, all
 * scalars.
 */
// Source: transformers 5.23, models/gemma4/modeling_gemma4.py, Gemma4ClippableLinear
public final class ClippedLinear {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private ClippedLinear() {}

    /**
     * Adds the layer to the graph.
     *
     * @param x float32 [rows, in]
     * @param clipped whether there are bounds; else it is a linear layer like any other
     * @return float32 [rows, out]
     */
    public static Value apply(Scope scope, Value x, int in, int out, boolean clipped) {
        Linear linear = Linear.of(scope.at("linear"), in, out, false);
        if (!clipped) {
            return linear.apply(x);
        }
        scope.ops().graph().uses("clipped-linear", REVISION);
        return clip(scope, "output", linear.apply(clip(scope, "input", x)));
    }

    private static Value clip(Scope scope, String which, Value x) {
        Ops ops = scope.ops();
        return ops.clip(x, scope.weight(which + "_min"), scope.weight(which + "_max"));
    }
}
