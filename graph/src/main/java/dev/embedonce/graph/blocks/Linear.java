package dev.embedonce.graph.blocks;

import dev.embedonce.graph.Shape;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code x * W^T + b}: W is [out, in] as published, possibly some rows of a larger matrix (one of a fused query,
 * key and value, one of a fused gate and up).
 *
 * @param scope where it stands; its mode decides between float32 and quantised weights
 * @param firstRow the first row of {@code weight} that belongs to this layer
 */
public record Linear(
        Scope scope, TensorInfo weight, @Nullable TensorInfo bias, int firstRow, int in, int out) {

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
        if (scope.mode() == NumericMode.FLOAT32) {
            return scope.ops().linear(x, scope.viewFrom(weight, (long) firstRow * in, out, in), biasValue());
        }
        Value product = quantizedProduct(x);
        Value b = biasValue();
        return b == null ? product : scope.ops().add(product, b);
    }

    private @Nullable Value biasValue() {
        return bias == null ? null : scope.viewFrom(bias, firstRow, out);
    }

    private Value quantizedProduct(Value x) {
        NumericMode mode = scope.mode();
        BlockQuantizer.Quantized q =
                BlockQuantizer.quantize(Weights.floats(weight), Math.multiplyExact(firstRow, in), out, in, mode);
        scope.report(new QuantizationError(
                firstRow == 0 ? weight.name() : weight.name() + "@" + firstRow,
                mode,
                q.relativeRms(),
                q.maxAbsolute()));
        String name = weight.name() + "@" + firstRow + "." + mode.id();
        long blockBytes = (long) BlockQuantizer.BLOCK * mode.bits() / 8;
        Value codes = initializer(name + ".codes", TensorType.U8, q.codes(), out, q.blocks(), blockBytes);
        Value scales = initializer(name + ".scales", TensorType.F32, q.scales(), (long) out * q.blocks());
        return scope.ops()
                .graph()
                .contrib("MatMulNBits", x, codes, scales)
                .with("K", in)
                .with("N", out)
                .with("bits", mode.bits())
                .with("block_size", BlockQuantizer.BLOCK)
                .with("accuracy_level", 4)
                .output();
    }

    private Value initializer(String name, TensorType type, ByteBuffer data, long... dims) {
        return scope.ops().graph().initializer(name, type, Shape.of(dims), data);
    }
}
