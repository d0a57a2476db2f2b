package dev.embedonce.server.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A body as it arrives. Its buffer grows in steps with what has arrived, never by what was announced. Not thread-safe.
 */
final class BodyBytes {
    private static final int LEAST_STEP = 1024;
    private static final int MOST_STEP = 1 << 20;

    private final long most;
    private final LongConsumer room;
    private final List<byte[]> blocks = new ArrayList<>();
    private int inLast;
    private long size;

    /**
     * An empty body.
     *
     * @param most how many bytes it may have
     * @param room is told of more bytes before they are allocated, and may throw
     */
    BodyBytes(long most, LongConsumer room) {
        this.most = most;
        this.room = room;
    }

    /**
     * Appends what remains in {@code bytes}; returns false, and appends nothing, if that is more than the body may
     * have.
     */
    boolean add(ByteBuffer bytes) {
        if (size + bytes.remaining() > most) {
            return false;
        }
        while (bytes.hasRemaining()) {
            byte[] block = block();
            int count = Math.min(bytes.remaining(), block.length - inLast);
            bytes.get(block, inLast, count);
            inLast += count;
            size += count;
        }
        return true;
    }

    private byte[] block() {
        if (!blocks.isEmpty() && inLast < blocks.get(blocks.size() - 1).length) {
            return blocks.get(blocks.size() - 1);
        }
        int step = (int) Math.min(most - size, Math.max(LEAST_STEP, Math.min(size, MOST_STEP)));
        room.accept(step);
        blocks.add(new byte[step]);
        inLast = 0;
        return blocks.get(blocks.size() - 1);
    }

    /** The whole body, once: this is empty afterwards. */
    byte[] toArray() {
        byte[] all = new byte[Math.toIntExact(size)];
        int at = 0;
        for (byte[] block : blocks) {
            int count = Math.min(block.length, all.length - at);
            System.arraycopy(block, 0, all, at, count);
            at += count;
        }
        clear();
        return all;
    }

    /** Drops the whole body. */
    void clear() {
        blocks.clear();
        inLast = 0;
        size = 0;
    }
}
