package dev.embedonce.encoder;

import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/**
 * Direct memory in which batches are put together, kept for the next batch: as many blocks as there were ever batches
 * at the same time. Thread-safe.
 */
final class BatchMemory {
    private final Queue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

    /**
     * Lays the pictures one after the other and lends the result.
     *
     * @param images all of one shape
     * @param use gets float32 {@code [images, 3, height, width]}, valid until it returns
     */
    <T> T lend(List<PreparedImage> images, Function<Tensor, T> use) {
        long[] each = images.get(0).shape();
        long[] shape = {images.size(), each[0], each[1], each[2]};
        ByteBuffer block = take(Tensor.byteCount(DType.FLOAT32, shape));
        try {
            FloatBuffer elements = block.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            for (PreparedImage image : images) {
                elements.put(image.pixels());
            }
            return use.apply(Tensor.view(DType.FLOAT32, shape, block.limit(elements.position() * Float.BYTES)));
        } finally {
            free.add(block);
        }
    }

    private ByteBuffer take(int bytes) {
        ByteBuffer block = free.poll();
        return block == null || block.capacity() < bytes ? ByteBuffer.allocateDirect(bytes) : block.clear();
    }
}
