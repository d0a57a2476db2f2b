package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;

/** Normalisation over the channels. */
public final class Norm {
    private Norm() {}

    /** LayerNorm with the {@code weight} and {@code bias} of a scope. */
    public static Value layer(Scope scope, Value x, int channels, double epsilon) {
        return scope.ops()
                .layerNorm(x, scope.weight("weight", channels), scope.weight("bias", channels), (float) epsilon);
    }

    /** RMSNorm with the {@code weight} of a scope. */
    public static Value rms(Scope scope, Value x, int channels, double epsilon) {
        return scope.ops().rmsNorm(x, scope.weight("weight", channels), (float) epsilon);
    }

    /** RMSNorm that multiplies by {@code offset + weight}. */
    public static Value rms(Scope scope, Value x, int channels, double epsilon, float offset) {
        if (offset == 0) {
            return rms(scope, x, channels, epsilon);
        }
        Ops ops = scope.ops();
        Value weight = ops.add(scope.weight("weight", channels), ops.graph().scalar(offset));
        return ops.rmsNorm(x, weight, (float) epsilon);
    }
}
