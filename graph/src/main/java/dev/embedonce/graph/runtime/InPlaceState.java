package dev.embedonce.graph.runtime;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;

/**
 * Memory that a graph reads as one of its inputs and writes as one of its outputs, in place.
 *
 * @param input the graph's input
 * @param output the graph's output; its operator must allow both to be the same memory
 * @param shape of both
 * @param memory direct, from position to limit exactly the bytes of the shape; belongs to the caller
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InPlaceState(String input, String output, DType dtype, long[] shape, ByteBuffer memory) {
    public InPlaceState {
        if (!memory.isDirect() || memory.isReadOnly() || memory.remaining() != Tensor.byteCount(dtype, shape)) {
            throw new IllegalArgumentException("state " + input + ": expected writable direct memory of "
                    + Tensor.byteCount(dtype, shape) + " bytes, found " + memory);
        }
    }

    Tensor tensor() {
        return Tensor.view(dtype, shape, memory);
    }
}
