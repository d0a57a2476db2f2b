package dev.embedonce.graph.blocks;

import dev.embedonce.graph.blocks.LinearWeights.Quantized;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers of one shape in one tensor, such as those of experts: {@code [count, out, in]}, or {@code [count, in,
 * out]} where they are stored to be multiplied from the right. They have no bias. Float32 weights are multiplied as
 * they lie in the file; quantised ones are made of all layers at once. Not thread-safe.
 */
public final class StackedLinear {
    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    private final Stack stack;
    private final int count;
    private final int out;
    private final boolean transposed;
    private @Nullable Quantized quantized;

    /**
     * Layers of a tensor.
     *
     * @param in of one layer
     * @param out of one layer
     * @param transposed whether each is stored as {@code [in, out]}
     */
    public StackedLinear(Scope scope, TensorInfo weight, int count, int in, int out, boolean transposed) {
        this.stack = new Stack(scope, weight, 0, in, Math.multiplyExact(count, out), transposed ? out : 1);
        this.count = count;
        this.out = out;
        this.transposed = transposed;
    }

    /** All layers, one below the other. */
    private record Stack(Scope scope, TensorInfo weight, int firstRow, int in, int out, int rowsTogether)
            implements WeightMatrix {}

    /**
     * Adds one of the layers to the graph.
     *
     * @param x float32 {@code [rows, in]}
     * @return float32 {@code [rows, out]}
     */
    public Value apply(int index, Value x) {
        Scope scope = stack.scope;
        scope.ops().graph().uses("stacked-linear", REVISION);
        if (scope.mode() != NumericMode.FLOAT32) {
            return Linear.quantizedProduct(scope, quantized().parts().get(index), x, stack.in, out);
        }
        if (!transposed) {
            return new Linear(scope, stack.weight, null, index * out, stack.in, out).apply(x);
        }
        long first = (long) index * stack.in * out;
        return scope.ops().matMul(x, Linear.floats(scope, stack.weight, first, x, stack.in, out));
    }

    private Quantized quantized() {
        if (quantized == null) {
            Scope scope = stack.scope;
            quantized = scope.linearWeights().quantized(scope.ops().graph(), stack, count);
            scope.report(quantized.error());
        }
        return quantized;
    }
}
