package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.DType;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns entries into what a store keeps and back, checking everything on the way back: checksum, lengths, the echoed
 * key and, where asked for, the seal. The byte layout is {@link EntryHeader}'s. Thread-safe.
 */
public final class EntryCodec {
    private final @Nullable SealKeys sealKeys;

    /**
     * A codec.
     *
     * @param sealKeys seals what is written and requires a seal on what is read; null for neither
     */
    public EntryCodec(@Nullable SealKeys sealKeys) {
        this.sealKeys = sealKeys;
    }

    /**
     * The record that holds {@code entry} under {@code key}. One tensor's elements are shared with it, several are
     * copied once.
     */
    public Stored.Sealed encode(CacheKey key, Entry entry) {
        ByteBuffer data = data(entry);
        HeaderWriter out = new HeaderWriter(EntryHeader.KIND_TENSORS, key);
        out.shortNumber(entry.tensors().size());
        entry.tensors().forEach((name, tensor) -> {
            out.text(name);
            out.tensorType(tensor);
        });
        return finish(out, entry.provenance(), data);
    }

    /** The record that says: the answer for {@code key} lies under {@code target}, with the same versions. */
    public Stored.Sealed encodeLink(CacheKey key, ContentHash target, Provenance provenance) {
        HeaderWriter out = new HeaderWriter(EntryHeader.KIND_LINK, key);
        out.text(target.hex());
        return finish(out, provenance, ByteBuffer.allocate(0));
    }

    /** Decides what {@code stored}, found under {@code key}, is. Never throws for anything a store may return. */
    public Lookup decode(CacheKey key, Stored stored) {
        if (stored instanceof Stored.Sealed sealed) {
            return decode(key, sealed);
        }
        if (stored instanceof Stored.Foreign foreign) {
            return foreign(foreign);
        }
        return new Lookup.Corrupt(Corruption.DAMAGED, ((Stored.Damaged) stored).reason());
    }

    private static Lookup foreign(Stored.Foreign foreign) {
        ByteBuffer vector = foreign.vector();
        if (vector.remaining() == 0 || vector.remaining() % Float.BYTES != 0) {
            return new Lookup.Corrupt(
                    Corruption.DAMAGED, "a foreign row of " + vector.remaining() + " bytes is not a float32 vector");
        }
        Tensor tensor = Tensor.view(DType.FLOAT32, new long[] {vector.remaining() / Float.BYTES}, vector);
        return new Lookup.Foreign(Entry.of(new Embedding(tensor), Provenance.unknown(foreign.created())));
    }

    private Lookup decode(CacheKey key, Stored.Sealed stored) {
        ByteBuffer raw = stored.header().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer data = stored.data();
        EntryHeader header;
        try {
            header = stored.parsed();
        } catch (UnsupportedFormatException e) {
            boolean sound = raw.remaining() > EntryHeader.CHECKSUM_BYTES && checksumFits(raw, data);
            return corrupt(sound ? Corruption.NEWER_FORMAT : Corruption.CHECKSUM, e);
        } catch (CorruptEntryException e) {
            return corrupt(Corruption.TRUNCATED, e);
        }
        if (header.dataBytes() != data.remaining()) {
            return new Lookup.Corrupt(
                    Corruption.TRUNCATED,
                    "expected " + header.dataBytes() + " bytes of data; found " + data.remaining());
        }
        if (!checksumFits(raw, data)) {
            return new Lookup.Corrupt(Corruption.CHECKSUM, "the CRC32C does not fit header and data");
        }
        if (!header.echoes(key)) {
            return new Lookup.Corrupt(
                    Corruption.KEY_MISMATCH,
                    "this is the entry of content " + header.contentHash() + ", " + header.modelVersion() + ", "
                            + header.preprocVersion());
        }
        Lookup.Corrupt unproven = checkSeal(header, raw, data);
        return unproven != null ? unproven : content(header, data);
    }

    private static Lookup content(EntryHeader header, ByteBuffer data) {
        try {
            if (header.link() != null) {
                return new Lookup.Link(new ContentHash(header.link()), header.provenance());
            }
            return new Lookup.Hit(new Entry(slice(header, data), header.provenance()));
        } catch (IllegalArgumentException e) {
            return corrupt(Corruption.CHECKSUM, e);
        }
    }

    private static Map<String, Tensor> slice(EntryHeader header, ByteBuffer data) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int offset = 0;
        for (TensorSpec spec : header.tensors()) {
            int size = spec.sizeBytes();
            if (tensors.put(spec.name(), Tensor.view(spec.dtype(), spec.shape(), data.slice(offset, size))) != null) {
                throw new IllegalArgumentException("the tensor '" + spec.name() + "' is there twice");
            }
            offset += size;
        }
        return tensors;
    }

    private Lookup.@Nullable Corrupt checkSeal(EntryHeader header, ByteBuffer raw, ByteBuffer data) {
        if (sealKeys == null) {
            return null;
        }
        if (!header.sealed()) {
            return new Lookup.Corrupt(Corruption.UNSEALED, "the entry carries no seal and one is required");
        }
        byte[] id = new byte[SealKeys.ID_BYTES];
        byte[] found = new byte[SealKeys.MAC_BYTES];
        raw.duplicate().position(header.sealOffset()).get(id).get(found);
        byte[] expected = sealKeys.mac(id, raw.slice(0, header.sealOffset() + SealKeys.ID_BYTES), data);
        if (expected == null) {
            return new Lookup.Corrupt(Corruption.BAD_SEAL, "sealed with a key that is not in the seal key file");
        }
        return MessageDigest.isEqual(expected, found)
                ? null
                : new Lookup.Corrupt(Corruption.BAD_SEAL, "the seal does not fit the entry");
    }

    private static Lookup.Corrupt corrupt(Corruption reason, RuntimeException e) {
        return new Lookup.Corrupt(reason, String.valueOf(e.getMessage()));
    }

    private static ByteBuffer data(Entry entry) {
        if (entry.tensors().size() == 1) {
            return entry.tensors().values().iterator().next().data();
        }
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(entry.sizeBytes()));
        entry.tensors().values().forEach(tensor -> data.put(tensor.data()));
        return data.flip();
    }

    private Stored.Sealed finish(HeaderWriter out, Provenance provenance, ByteBuffer data) {
        out.provenance(provenance);
        if (sealKeys != null) {
            out.flag(EntryHeader.FLAG_SEALED);
            byte[] id = sealKeys.currentId();
            out.bytes(id);
            byte[] mac = sealKeys.mac(id, out.written(), data);
            if (mac == null) {
                throw new IllegalStateException("the current seal key is always there");
            }
            out.bytes(mac);
        }
        out.number(Checksum.of(out.written(), data));
        return new Stored.Sealed(out.written(), data);
    }

    private static boolean checksumFits(ByteBuffer header, ByteBuffer data) {
        int end = header.limit() - EntryHeader.CHECKSUM_BYTES;
        return header.getInt(end) == Checksum.of(header.slice(0, end), data);
    }

    /** Writes a header's fields in order. */
    private static final class HeaderWriter {
        private ByteBuffer out = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

        HeaderWriter(int kind, CacheKey key) {
            out.putInt(EntryHeader.MAGIC)
                    .putShort((short) EntryHeader.FORMAT)
                    .put((byte) kind)
                    .put((byte) 0);
            text(key.modelVersion());
            text(key.preprocVersion());
            text(key.contentHash().hex());
        }

        void flag(int flag) {
            out.put(7, (byte) (out.get(7) | flag));
        }

        void tensorType(Tensor tensor) {
            room(2 + tensor.rank() * Long.BYTES);
            out.put((byte) tensor.dtype().code()).put((byte) tensor.rank());
            for (int d = 0; d < tensor.rank(); d++) {
                out.putLong(tensor.dim(d));
            }
        }

        void provenance(Provenance p) {
            room(28);
            out.putLong(p.encodeNanos()).putInt(p.batchSize()).putInt(p.width()).putInt(p.height());
            out.putLong(p.created().toEpochMilli());
            text(p.runtime());
        }

        void text(String value) {
            byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
            if (utf8.length > 0xFFFF) {
                throw new IllegalArgumentException("a text in an entry has at most 65535 bytes; found " + utf8.length);
            }
            shortNumber(utf8.length);
            bytes(utf8);
        }

        void shortNumber(int value) {
            room(Short.BYTES);
            out.putShort((short) value);
        }

        void number(int value) {
            room(Integer.BYTES);
            out.putInt(value);
        }

        void bytes(byte[] value) {
            room(value.length);
            out.put(value);
        }

        ByteBuffer written() {
            return out.duplicate().flip();
        }

        private void room(int bytes) {
            if (out.remaining() < bytes) {
                int size = Math.max(out.capacity() * 2, out.position() + bytes);
                out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(out.flip());
            }
        }
    }
}
