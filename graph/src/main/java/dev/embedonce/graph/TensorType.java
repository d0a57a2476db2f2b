package dev.embedonce.graph;

import java.util.Optional;

/** The element type of a tensor, with its name in safetensors files and its code in ONNX graphs. */
public enum TensorType {
    F32("F32", 1, 4),
    F16("F16", 10, 2),
    BF16("BF16", 16, 2),
    F64("F64", 11, 8),
    F8_E4M3("F8_E4M3", 17, 1),
    F8_E5M2("F8_E5M2", 19, 1),
    I64("I64", 7, 8),
    I32("I32", 6, 4),
    I16("I16", 5, 2),
    I8("I8", 3, 1),
    U64("U64", 13, 8),
    U32("U32", 12, 4),
    U16("U16", 4, 2),
    U8("U8", 2, 1),
    BOOL("BOOL", 9, 1);

    private final String safetensorsName;
    private final int onnxCode;
    private final int sizeBytes;

    TensorType(String safetensorsName, int onnxCode, int sizeBytes) {
        this.safetensorsName = safetensorsName;
        this.onnxCode = onnxCode;
        this.sizeBytes = sizeBytes;
    }

    /** The name in a safetensors header. */
    public String safetensorsName() {
        return safetensorsName;
    }

    /** The number in ONNX's {@code TensorProto.DataType}. */
    public int onnxCode() {
        return onnxCode;
    }

    /** Bytes of one element. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** Whether weights of this type can be cast to float32 exactly, to be computed with. */
    public boolean isFloatWeight() {
        return this == F32 || this == F16 || this == BF16;
    }

    public static Optional<TensorType> ofSafetensorsName(String name) {
        for (TensorType type : values()) {
            if (type.safetensorsName.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
