package dev.embedonce.value;

import java.nio.FloatBuffer;

/**
 * One pooled vector, float32 {@code [dimension]}. Immutable, thread-safe, compared bit for bit (so NaN equals the same
 * NaN, and 0.0 differs from -0.0).
 *
 * @param tensor float32 {@code [dimension]}
 */
public record Embedding(Tensor tensor) {
    public Embedding {
        if (tensor.dtype() != DType.FLOAT32 || tensor.rank() != 1) {
            throw new IllegalArgumentException("an embedding is float32 [dimension]; found " + tensor);
        }
    }

    /** An embedding with its own copy of {@code values}. */
    public static Embedding of(float... values) {
        return new Embedding(Tensor.ofFloats(values, values.length));
    }

    public int dimension() {
        return (int) tensor.elementCount();
    }

    /** A read-only view. */
    public FloatBuffer values() {
        return tensor.floats();
    }

    /** A fresh array. */
    public float[] toArray() {
        float[] array = new float[dimension()];
        values().get(array);
        return array;
    }
}
