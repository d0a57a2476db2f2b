package dev.embedonce.value;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.FramedDigest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An immutable n-dimensional array: element type, shape, and elements in row-major order, little-endian. Compared by
 * content, bit for bit. Thread-safe.
 *
 * <p>Large tensors on their way to or from a native runtime live in direct memory, where it reads {@link #data()} and
 * writes them. Those that are kept live on the heap: direct memory is given back only when the collector has come by,
 * and it is not called for direct memory before there is none left.
 */
public final class Tensor {
    /** From this size on a copied tensor is kept in direct memory. */
    private static final int DIRECT_FROM_BYTES = 64 * 1024;

    private final DType dtype;
    private final long[] shape;
    private final ByteBuffer data;
    private volatile @Nullable ContentHash digest;

    private Tensor(DType dtype, long[] shape, ByteBuffer readOnlyData) {
        long expected = byteCount(dtype, shape);
        if (readOnlyData.remaining() != expected) {
            throw new IllegalArgumentException("a " + dtype + " tensor of shape " + Arrays.toString(shape) + " has "
                    + expected + " bytes; found " + readOnlyData.remaining());
        }
        this.dtype = dtype;
        this.shape = shape;
        this.data = readOnlyData;
    }

    /** A tensor with its own copy of the bytes between the buffer's position and limit (little-endian elements). */
    public static Tensor copyOf(DType dtype, long[] shape, ByteBuffer elements) {
        int size = elements.remaining();
        ByteBuffer copy = size >= DIRECT_FROM_BYTES ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
        copy.put(elements.duplicate()).flip();
        return view(dtype, shape, copy);
    }

    /**
     * A tensor over memory that the caller gives away: nobody may write to it any more. For readers of stores and
     * encoders that have just allocated it; everyone else wants {@link #copyOf}.
     */
    public static Tensor view(DType dtype, long[] shape, ByteBuffer elements) {
        return new Tensor(dtype, shape.clone(), elements.slice().asReadOnlyBuffer());
    }

    /**
     * Memory for a tensor that is still to be written, and then given to {@link #view}: zeros in direct memory,
     * little-endian.
     *
     * @throws IllegalArgumentException if a dimension is negative or the size passes 2 GiB
     */
    public static ByteBuffer direct(DType dtype, long... shape) {
        return ByteBuffer.allocateDirect(byteCount(dtype, shape)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A tensor of the elements of others, one behind the other; of a single one's, it shares them.
     *
     * @param shape of the whole
     * @param parts at least one, all of one type
     * @throws IllegalArgumentException if their types differ, or their elements are not as many as the shape says
     */
    public static Tensor joined(long[] shape, List<Tensor> parts) {
        DType dtype = parts.get(0).dtype;
        if (parts.size() == 1) {
            return view(dtype, shape, parts.get(0).data());
        }
        ByteBuffer all = direct(dtype, shape);
        for (Tensor part : parts) {
            if (part.dtype != dtype || part.sizeBytes() > all.remaining()) {
                throw new IllegalArgumentException(
                        parts + " do not make a " + dtype + " tensor of shape " + Arrays.toString(shape));
            }
            all.put(part.data());
        }
        return view(dtype, shape, all.flip());
    }

    /** A float32 tensor with its own copy of {@code values}. */
    public static Tensor ofFloats(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return copyIfLarge(DType.FLOAT32, shape.length == 0 ? new long[] {values.length} : shape, bytes);
    }

    /** An int64 tensor with its own copy of {@code values}. */
    public static Tensor ofLongs(long[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return copyIfLarge(DType.INT64, shape.length == 0 ? new long[] {values.length} : shape, bytes);
    }

    private static Tensor copyIfLarge(DType dtype, long[] shape, ByteBuffer bytes) {
        return bytes.remaining() >= DIRECT_FROM_BYTES ? copyOf(dtype, shape, bytes) : view(dtype, shape, bytes);
    }

    public DType dtype() {
        return dtype;
    }

    /** A fresh copy of the shape. */
    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    /** The size of one dimension. */
    public long dim(int axis) {
        return shape[axis];
    }

    /** Whether the elements lie in direct memory, and not on the heap. */
    public boolean isDirect() {
        return data.isDirect();
    }

    /** The same on the heap: this one if it is there, or else a copy. */
    public Tensor onHeap() {
        return isDirect()
                ? view(
                        dtype,
                        shape,
                        ByteBuffer.allocate(sizeBytes()).put(data()).flip())
                : this;
    }

    public long elementCount() {
        return data.remaining() / dtype.sizeBytes();
    }

    public int sizeBytes() {
        return data.remaining();
    }

    /** A read-only little-endian view of the elements; every call gives a view with a position of its own. */
    public ByteBuffer data() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A read-only view of the elements as float32.
     *
     * @throws IllegalStateException if the dtype is another
     */
    public FloatBuffer floats() {
        require(DType.FLOAT32);
        return data().asFloatBuffer();
    }

    /**
     * A read-only view of the elements as int64.
     *
     * @throws IllegalStateException if the dtype is another
     */
    public LongBuffer longs() {
        require(DType.INT64);
        return data().asLongBuffer();
    }

    /**
     * A SHA-256 of type, shape and elements: equal for equal tensors and for no others. Made at the first call, at a
     * gigabyte a second or so, and kept.
     */
    public ContentHash digest() {
        ContentHash known = digest;
        if (known == null) {
            known = FramedDigest.tagged("embedonce.tensor.v1")
                    .put("dtype", dtype.code())
                    .put("shape", shape)
                    .put("elements", data)
                    .toContentHash();
            digest = known;
        }
        return known;
    }

    private void require(DType wanted) {
        if (dtype != wanted) {
            throw new IllegalStateException("expected a " + wanted + " tensor; this one is " + dtype);
        }
    }

    /**
     * The bytes that a tensor of this type and shape takes.
     *
     * @throws IllegalArgumentException if a dimension is negative or the size passes 2 GiB
     */
    public static int byteCount(DType dtype, long[] shape) {
        long bytes = dtype.sizeBytes();
        boolean empty = false;
        for (long dim : shape) {
            if (dim < 0) {
                throw new IllegalArgumentException("negative dimension in shape " + Arrays.toString(shape));
            }
            empty |= dim == 0;
        }
        if (empty) {
            return 0;
        }
        for (long dim : shape) {
            if (dim > Integer.MAX_VALUE / bytes) {
                throw new IllegalArgumentException(
                        "a " + dtype + " tensor of shape " + Arrays.toString(shape) + " passes 2 GiB");
            }
            bytes *= dim;
        }
        return (int) bytes;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Tensor t && dtype == t.dtype && Arrays.equals(shape, t.shape) && data.equals(t.data);
    }

    @Override
    public int hashCode() {
        return (dtype.hashCode() * 31 + Arrays.hashCode(shape)) * 31 + data.hashCode();
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
