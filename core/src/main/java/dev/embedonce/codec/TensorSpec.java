package dev.embedonce.codec;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.util.Arrays;

/**
 * A tensor's name, element type and shape, without its elements. Compared by content.
 *
 * @param name not empty
 * @param shape copied on the way in and out
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record TensorSpec(String name, DType dtype, long[] shape) {
    public TensorSpec {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Bytes of the elements. */
    public int sizeBytes() {
        return Tensor.byteCount(dtype, shape);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TensorSpec t && name.equals(t.name) && dtype == t.dtype && Arrays.equals(shape, t.shape);
    }

    @Override
    public int hashCode() {
        return (name.hashCode() * 31 + dtype.hashCode()) * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + ":" + dtype + Arrays.toString(shape);
    }
}
