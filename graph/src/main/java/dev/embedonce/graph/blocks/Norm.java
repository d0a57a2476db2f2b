package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.Arrays;

/** Normalisation over the channels. */
public final class Norm {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private Norm() {}

    /** LayerNorm with the {@code weight} and {@code bias} of a scope. */
    public static Value layer(Scope scope, Value x, int channels, double epsilon) {
        Ops ops = ops(scope);
        return ops.layerNorm(x, scope.weight("weight", channels), scope.weight("bias", channels), (float) epsilon);
    }

    /** RMSNorm with the {@code weight} of a scope. */
    public static Value rms(Scope scope, Value x, int channels, double epsilon) {
        return ops(scope).rmsNorm(x, scope.weight("weight", channels), (float) epsilon);
    }

    /** RMSNorm that multiplies by {@code offset + weight}. */
    public static Value rms(Scope scope, Value x, int channels, double epsilon, float offset) {
        if (offset == 0) {
            return rms(scope, x, channels, epsilon);
        }
        Ops ops = ops(scope);
        Value weight = ops.add(scope.weight("weight", channels), ops.graph().scalar(offset));
        return ops.rmsNorm(x, weight, (float) epsilon);
    }

    /** RMSNorm without weights. */
    public static Value rms(Ops ops, Value x, int channels, double epsilon) {
        ops.graph().uses("norm", REVISION);
        float[] ones = new float[channels];
        Arrays.fill(ones, 1);
        return ops.rmsNorm(x, ops.graph().constant(Shape.of(channels), ones), (float) epsilon);
    }

    private static Ops ops(Scope scope) {
        scope.ops().graph().uses("norm", REVISION);
        return scope.ops();
    }
}
