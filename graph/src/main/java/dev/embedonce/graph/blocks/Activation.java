package dev.embedonce.graph.blocks;

import dev.embedonce.graph.onnx.Ops;
import dev.embedonce.graph.onnx.Value;
import java.util.Optional;

/** The activation functions of published configs. */
public enum Activation {
    GELU,
    GELU_TANH,
    QUICK_GELU,
    SILU,
    RELU,
    TANH;

    /** Raised when the block computes something else; part of the model version. */
    private static final int REVISION = 1;

    /** The activation that transformers means by this name. */
    public static Optional<Activation> ofName(String name) {
        return switch (name) {
            case "gelu", "gelu_python" -> Optional.of(GELU);
            case "gelu_pytorch_tanh", "gelu_new", "gelu_fast" -> Optional.of(GELU_TANH);
            case "quick_gelu" -> Optional.of(QUICK_GELU);
            case "silu", "swish" -> Optional.of(SILU);
            case "relu" -> Optional.of(RELU);
            case "tanh" -> Optional.of(TANH);
            default -> Optional.empty();
        };
    }

    /** Adds the function to the graph. */
    public Value apply(Ops ops, Value x) {
        ops.graph().uses("activation", REVISION);
        return switch (this) {
            case GELU -> ops.gelu(x, false);
            case GELU_TANH -> ops.gelu(x, true);
            case QUICK_GELU -> ops.quickGelu(x);
            case SILU -> ops.mul(x, ops.sigmoid(x));
            case RELU -> ops.relu(x);
            case TANH -> ops.tanh(x);
        };
    }
}
