package dev.embedonce.graph.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one protobuf message in a buffer. {@link #next} moves to a field; then {@link #field}, {@link
 * #isMessage}, {@link #payload} and {@link #number} describe it. A length that passes the end, or a wire type that does
 * not exist, is a {@link MalformedException}. Not thread-safe.
 */
public final class ProtoReader {
    /** The bytes are not a protobuf message; the message says why. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        public MalformedException(String message) {
            super(message);
        }

        public MalformedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final ByteBuffer message;
    private int start;
    private int field;
    private int wireType;
    private long number;
    private ByteBuffer payload = ByteBuffer.allocate(0);

    /** Reads a buffer from its position to its limit, which stay as they are. */
    public ProtoReader(ByteBuffer message) {
        this.message = message.slice();
    }

    /** Moves to the next field; false at the end of the message. */
    public boolean next() throws MalformedException {
        if (!message.hasRemaining()) {
            return false;
        }
        start = message.position();
        long tag = varint();
        if (tag >>> Integer.SIZE != 0) {
            // Protobuf's own parser drops the higher bits, and so would see another field here.
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

    /** The field's number. */
    public int field() {
        return field;
    }

    /** Whether the field is length-delimited: a message, a text or bytes. */
    public boolean isMessage() {
        return wireType == 2;
    }

    /** Whether the field is a varint: an integer, an enum or a boolean. */
    public boolean isNumber() {
        return wireType == 0;
    }

    /** The value of a varint. */
    public long number() {
        return number;
    }

    /** The bytes of a length-delimited field, or the 4 or 8 of a fixed-size one. */
    public ByteBuffer payload() {
        return payload.duplicate();
    }

    /** A length-delimited field as UTF-8. */
    public String text() {
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
