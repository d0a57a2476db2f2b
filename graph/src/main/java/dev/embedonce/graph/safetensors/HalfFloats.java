package dev.embedonce.graph.safetensors;

/** Exact conversions of 16-bit floats to float32. */
public final class HalfFloats {
    private static final float SMALLEST_FLOAT16 = 0x1p-24f;

    private HalfFloats() {}

    public static float bfloat16(short bits) {
        return Float.intBitsToFloat((bits & 0xFFFF) << 16);
    }

    public static float float16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1F;
        int fraction = bits & 0x3FF;
        if (exponent == 0) {
            return Math.copySign(fraction * SMALLEST_FLOAT16, Float.intBitsToFloat(sign | 0x3F800000));
        }
        int wide = exponent == 0x1F ? 0xFF : exponent + (127 - 15);
        return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
    }
}
