package dev.embedonce.graph.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one protobuf message in a buffer. {@link #next} moves to a field; then {@link #field}, {@link #isMessage},
 * {@link #payload} and {@link #number} describe it. A length that passes the end, or a wire type that does not exist, is a
 * {@link MalformedException}.
 */
final class ProtoReader {
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }

        MalformedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final ByteBuffer message;
    private int start;
    private int field;
    private int wireType;
    private long number;
    private ByteBuffer payload = ByteBuffer.allocate(0);

    ProtoReader(ByteBuffer message) {
        this.message = message.slice();
    }

    boolean next() throws MalformedException {
        if (!message.hasRemaining()) {
            return false;
        }
        start = message.position();
        long tag = varint();
        if (tag >>> Integer.SIZE != 0) {
            // Protobuf's own parser drops the bits above, and so would see another field here than this one does.
            throw new MalformedException("a field number of more than 32 bits");
        }
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (field == 0) {
            throw new MalformedException("field number 0");
        }
        switch (wireType) {
            case 0 -> number = varint();
            case 1 -> skip(8);
            case 2 -> payload = take(varint());
            case 5 -> skip(4);
            default -> throw new MalformedException("wire type " + wireType);
        }
        return true;
    }

    int field() {
        return field;
    }

    /** Whether the field is length-delimited: a message, a text or bytes. */
    boolean isMessage() {
        return wireType == 2;
    }

    boolean isNumber() {
        return wireType == 0;
    }

    long number() {
        return number;
    }

    /** The bytes of a length-delimited field. */
    ByteBuffer payload() {
        return payload.duplicate();
    }

    String text() {
        return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
    }

    /** The whole field as it stands, its tag included. */
    ByteBuffer raw() {
        return message.slice(start, message.position() - start);
    }

    private void skip(int bytes) throws MalformedException {
        payload = take(bytes);
    }

    private ByteBuffer take(long length) throws MalformedException {
        if (length < 0 || length > message.remaining()) {
            throw new MalformedException("field " + field + " claims " + length + " bytes of " + message.remaining());
        }
        ByteBuffer slice = message.slice(message.position(), (int) length);
        message.position(message.position() + (int) length);
        return slice;
    }

    private long varint() throws MalformedException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (!message.hasRemaining()) {
                throw new MalformedException("ends inside a number");
            }
            byte b = message.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedException("a number of more than 64 bits");
    }
}
