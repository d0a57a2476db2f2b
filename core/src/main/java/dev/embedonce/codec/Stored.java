package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a store found under a key. Only the cache decides whether it may be an answer. */
public sealed interface Stored {

    /**
     * A record that EmbedOnce wrote. Opaque to the store, but for the rule that header and data come back as they went
     * in; it says itself what it is, for a store that lays data out for other readers. {@link EntryCodec} makes and
     * checks it. Immutable, compared by its bytes.
     */
    final class Sealed implements Stored {
        private final ByteBuffer header;
        private final ByteBuffer data;

        /** The header once somebody has asked what it says; another thread may read it anew. */
        private @Nullable EntryHeader parsed;

        /**
         * A record over bytes that nobody may write to any more.
         *
         * @param header the sealed header: key echo, tensor names, types and shapes, provenance, checksum
         * @param data the tensors' elements one after the other in the header's order, little-endian, without gaps
         */
        public Sealed(ByteBuffer header, ByteBuffer data) {
            this(header, data, null);
        }

        /** A record over arrays that the caller gives away: nobody may write to them any more. */
        public Sealed(byte[] header, byte[] data) {
            this(ByteBuffer.wrap(header), ByteBuffer.wrap(data));
        }

        private Sealed(ByteBuffer header, ByteBuffer data, @Nullable EntryHeader parsed) {
            this.header = header.slice().asReadOnlyBuffer();
            this.data = data.slice().asReadOnlyBuffer();
            this.parsed = parsed;
        }

        /** The same header over other data. */
        Sealed withData(ByteBuffer other) {
            return new Sealed(header, other, parsed);
        }

        /** What the header says, unproven; throws as {@link EntryHeader#parse} does. */
        EntryHeader parsed() {
            EntryHeader known = parsed;
            if (known == null) {
                known = EntryHeader.parse(header);
                parsed = known;
            }
            return known;
        }

        private Optional<EntryHeader> readable() {
            try {
                return Optional.of(parsed());
            } catch (CorruptEntryException | UnsupportedFormatException e) {
                return Optional.empty();
            }
        }

        /** What the data is by its header, whose checksum is not looked at. */
        public Content content() {
            return readable()
                    .filter(known -> known.dataBytes() == data.remaining())
                    .map(EntryHeader::content)
                    .orElse(Content.OPAQUE);
        }

        /**
         * The tensors that the header announces, in the data's order, none for a link; empty if it is no header that
         * this build reads.
         */
        public Optional<List<TensorSpec>> tensors() {
            return readable().map(EntryHeader::tensors);
        }

        /** The key that the header echoes, unproven; empty if it is no header that this build reads. */
        public Optional<CacheKey> echo() {
            try {
                return readable()
                        .map(known -> new CacheKey(
                                known.modelVersion(), known.preprocVersion(), new ContentHash(known.contentHash())));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        /** The content hash that a link points to, unproven; empty if it is no link that this build reads. */
        public Optional<ContentHash> link() {
            try {
                return readable().map(EntryHeader::link).map(ContentHash::new);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        /** Bytes of header and data together. */
        public long sizeBytes() {
            return (long) header.remaining() + data.remaining();
        }

        /** A read-only view with a position of its own, 0. */
        public ByteBuffer header() {
            return header.duplicate();
        }

        /** A read-only view with a position of its own, 0. */
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

        @Override
        public boolean equals(Object o) {
            return o instanceof Sealed other && header.equals(other.header) && data.equals(other.data);
        }

        @Override
        public int hashCode() {
            return header.hashCode() * 31 + data.hashCode();
        }

        @Override
        public String toString() {
            return content() + ", header of " + header.remaining() + " bytes, data of " + data.remaining();
        }
    }

    /** What a record's data is. */
    enum Content {
        /** One float32 vector: what the article's readers understand as it is. */
        VECTOR,
        /** Several tensors, or one of another type, rank or name. */
        BUNDLE,
        /** Nothing: the answer lies under another content hash. */
        LINK,
        /** Not to be told: the header is none that this build reads, or announces other data. */
        OPAQUE
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
     * Something is there but the store's own layout around it is broken: truncated, unreadable, not what the name
     * promises.
     *
     * @param reason one line, for people
     */
    record Damaged(String reason) implements Stored {}
}
