package dev.embedonce.store;

import java.nio.ByteBuffer;
import java.time.Instant;

/** What a store found under a key. Only the cache decides whether it may be an answer. */
public sealed interface Stored {

    /**
     * A record that EmbedOnce wrote. Opaque to the store, but for the rule that header and data come back as they went in: {@code
     * dev.embedonce.codec.EntryCodec} makes and checks them, and tells a store that lays tensors out for other readers what is in
     * them.
     *
     * @param header the sealed header: key echo, tensor names, types and shapes, provenance, checksum; read-only
     * @param data the tensors' elements one after the other in the header's order, little-endian, without gaps; read-only
     */
    record Sealed(ByteBuffer header, ByteBuffer data) implements Stored {
        public Sealed {
            header = header.slice().asReadOnlyBuffer();
            data = data.slice().asReadOnlyBuffer();
        }

        /** A record over arrays that the caller gives away: nobody may write to them any more. */
        public Sealed(byte[] header, byte[] data) {
            this(ByteBuffer.wrap(header), ByteBuffer.wrap(data));
        }

        /** Bytes of header and data together. */
        public long sizeBytes() {
            return (long) header.remaining() + data.remaining();
        }

        /** A view with a position of its own, 0. */
        @Override
        public ByteBuffer header() {
            return header.duplicate();
        }

        /** A view with a position of its own, 0. */
        @Override
        public ByteBuffer data() {
            return data.duplicate();
        }

        /** A fresh array of the header. */
        public byte[] headerBytes() {
            return bytes(header.duplicate());
        }

        /** A fresh array of the data: for drivers that take nothing else. */
        public byte[] dataBytes() {
            return bytes(data.duplicate());
        }

        private static byte[] bytes(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
    }

    /**
     * One float32 vector that another program wrote: it carries no checksum of ours.
     *
     * @param vector float32 {@code [dimension]}, little-endian; read-only
     * @param created when the other program says it wrote it
     */
    record Foreign(ByteBuffer vector, Instant created) implements Stored {
        public Foreign {
            vector = vector.slice().asReadOnlyBuffer();
        }

        /** A view with a position of its own, 0. */
        @Override
        public ByteBuffer vector() {
            return vector.duplicate();
        }
    }

    /**
     * Something is there but the store's own layout around it is broken: truncated, unreadable, not what the name promises.
     *
     * @param reason one line, for people
     */
    record Damaged(String reason) implements Stored {}
}
