package dev.embedonce.graph.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes protocol buffer messages: as much of the wire format as an ONNX {@code ModelProto} needs. Large parts are kept
 * by reference and copied once, when the outermost message is written; a message must not change after it has been put
 * into another.
 */
final class ProtoWriter {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;
    private static final int KEEP_FROM_BYTES = 1024;

    private final List<ByteBuffer> parts = new ArrayList<>();
    private ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private long partBytes;

    ProtoWriter put(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    ProtoWriter put(int field, float value) {
        tag(field, FIXED32);
        int bits = Float.floatToIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            tail.write(bits >>> shift);
        }
        return this;
    }

    ProtoWriter put(int field, String value) {
        return put(field, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** The bytes from position to limit; the buffer's position does not move. */
    ProtoWriter put(int field, ByteBuffer bytes) {
        tag(field, LENGTH_DELIMITED);
        varint(bytes.remaining());
        append(bytes.duplicate());
        return this;
    }

    ProtoWriter put(int field, ProtoWriter message) {
        tag(field, LENGTH_DELIMITED);
        varint(message.size());
        message.parts.forEach(this::append);
        append(ByteBuffer.wrap(message.tail.toByteArray()));
        return this;
    }

    long size() {
        return partBytes + tail.size();
    }

    /**
     * The message.
     *
     * @throws ArithmeticException if it passes 2 GiB
     */
    byte[] toByteArray() {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size()));
        parts.forEach(part -> all.put(part.duplicate()));
        all.put(tail.toByteArray());
        return all.array();
    }

    private void append(ByteBuffer bytes) {
        if (bytes.remaining() < KEEP_FROM_BYTES) {
            ByteBuffer source = bytes.duplicate();
            while (source.hasRemaining()) {
                tail.write(source.get());
            }
            return;
        }
        keep(ByteBuffer.wrap(tail.toByteArray()));
        tail = new ByteArrayOutputStream();
        keep(bytes);
    }

    private void keep(ByteBuffer part) {
        if (part.hasRemaining()) {
            parts.add(part.slice());
            partBytes += part.remaining();
        }
    }

    private void tag(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            tail.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        tail.write((int) rest);
    }
}
