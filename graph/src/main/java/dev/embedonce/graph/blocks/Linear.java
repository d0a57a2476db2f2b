package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code x * W^T + b}: W is [out, in] as published, possibly some rows of a larger matrix (one of a
 * fused query, key and value, one of a fused gate and up).
 *
 * @param scope the layer's module; its mode decides between float32 and quantised weights
 * @param firstRow the first row of {@code weight} that belongs to this layer
 */
public record Linear(
        Scope scope, TensorInfo weight, @Nullable TensorInfo bias, int firstRow, int in, int out)
        implements WeightMatrix {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** The most elements of a 16-bit weight that are widened to float32 at the same time. */
    private static final long WIDEN_AT_ONCE = 32L << 20;

    /** The layer whose tensors are {@code weight} and {@code bias} of a scope. */
    public static Linear of(Scope scope, int in, int out, boolean withBias) {
        return of(scope, "weight", withBias ? "bias" : null, in, out);
    }

    /** A layer whose tensors have names of their own. */
    public static Linear of(Scope scope, String weightName, @Nullable String biasName, int in, int out) {
        TensorInfo weight = scope.tensor(weightName, out, in);
        return new Linear(scope, weight, biasName == null ? null : scope.tensor(biasName, out), 0, in, out);
    }

    /** The layer made of some of this one's rows. */
    public Linear rows(int first, int count) {
        if (first < 0 || count < 1 || first + count > out) {
            throw new IllegalArgumentException("rows " + first + " to " + (first + count) + " of " + out);
        }
        return new Linear(scope, weight, bias, firstRow + first, in, count);
    }

    /**
     * Adds the layer to the graph.
     *
     * @param x float32 [rows, in]
     * @return float32 [rows, out]
     */
    public Value apply(Value x) {
        scope.ops().graph().uses("linear", REVISION);
        if (scope.mode() != NumericMode.FLOAT32) {
            LinearWeights.Quantized q =
                    scope.linearWeights().quantized(scope.ops().graph(), this, 1);
            scope.report(q.error());
            Value product = quantizedProduct(scope, q.parts().get(0), x, in, out);
            Value b = biasValue();
            return b == null ? product : scope.ops().add(product, b);
        }
        boolean large = (long) out * in > WIDEN_AT_ONCE;
        return large && widenedAsUsed(scope, weight)
                ? inParts(x)
                : scope.ops().linear(x, floats(scope, weight, (long) firstRow * in, x, out, in), biasValue());
    }

    /** The layer in parts, so that no more than {@link #WIDEN_AT_ONCE} elements are float32 at the same time. */
    private Value inParts(Value x) {
        int part = Math.max(1, (int) (WIDEN_AT_ONCE / in));
        List<Value> parts = new ArrayList<>();
        for (int first = 0; first < out; first += part) {
            parts.add(rows(first, Math.min(part, out - first)).apply(x));
        }
        return scope.ops().concat(1, parts.toArray(Value[]::new));
    }

    private static boolean widenedAsUsed(Scope scope, TensorInfo weight) {
        return weight.type() != TensorType.F32 && scope.linearWeights().widenAsUsed();
    }

    /**
     * Elements of a weight as float32; if they are widened as they are used, then when x is there and not before: the
     * runtime would otherwise widen all weights of a model first. The shape depends on x in form only.
     */
    static Value floats(Scope scope, TensorInfo weight, long firstElement, Value x, long... dims) {
        scope.ops().graph().uses("linear", REVISION);
        if (!widenedAsUsed(scope, weight)) {
            return scope.viewFrom(weight, firstElement, dims);
        }
        Ops ops = scope.ops();
        Value stored = ops.graph().external(weight, firstElement, Shape.of(dims));
        Value zero = ops.mul(ops.dim(x, 0), ops.graph().constant(0));
        Value shape = ops.add(ops.graph().constant(dims), zero);
        return ops.cast(ops.reshape(stored, shape), TensorType.F32);
    }

    private @Nullable Value biasValue() {
        return bias == null ? null : scope.viewFrom(bias, firstRow, out);
    }

    /** {@code x * W^T} of a quantised W {@code [out, in]}. */
    static Value quantizedProduct(Scope scope, LinearWeights.Codes weight, Value x, int in, int out) {
        scope.ops().graph().uses("linear", REVISION);
        return scope.ops()
                .graph()
                .contrib("MatMulNBits", x, weight.codes(), weight.scales())
                .with("K", in)
                .with("N", out)
                .with("bits", scope.mode().bits())
                .with("block_size", BlockQuantizer.BLOCK)
                .with("accuracy_level", 4)
                .output();
    }
}
