package dev.embedonce.value;

import java.util.Optional;

/** The element type of a tensor. The {@link #code()} is part of the stored format and never changes. */
public enum DType {
    FLOAT32(1, 4, "F32"),
    FLOAT16(2, 2, "F16"),
    BFLOAT16(3, 2, "BF16"),
    INT64(4, 8, "I64"),
    INT32(5, 4, "I32"),
    BOOL(6, 1, "BOOL");

    private static final DType[] BY_CODE = new DType[values().length + 1];

    static {
        for (DType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;
    private final int sizeBytes;
    private final String safetensorsName;

    DType(int code, int sizeBytes, String safetensorsName) {
        this.code = code;
        this.sizeBytes = sizeBytes;
        this.safetensorsName = safetensorsName;
    }

    /** The number that stands for this type in stored entries, 1 to 6. */
    public int code() {
        return code;
    }

    /** Bytes an element takes. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** The name of this type in a safetensors header. */
    public String safetensorsName() {
        return safetensorsName;
    }

    public static Optional<DType> ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }

    public static Optional<DType> ofSafetensorsName(String name) {
        for (DType type : values()) {
            if (type.safetensorsName.equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
