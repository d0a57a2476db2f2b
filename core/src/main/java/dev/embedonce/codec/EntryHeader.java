package dev.embedonce.codec;

import dev.embedonce.error.CorruptEntryException;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.DType;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header of a stored entry, format 1. All numbers little-endian; text = uint16 byte length + UTF-8.
 *
 * <pre>
 * magic      4 bytes  "EMBO"
 * version    uint16   1
 * kind       uint8    1 tensors, 2 link
 * flags      uint8    bit 0: an HMAC follows the provenance
 * key        3 texts  model version, preprocessing version, content hash (hexadecimal)
 * kind 1:    uint16 count, then for each tensor: text name, uint8 dtype code, uint8 rank, int64 dimensions
 * kind 2:    text     content hash that the answer lies under
 * provenance int64 encode nanos, int32 batch size, int32 width, int32 height, int64 created (epoch millis), text
 * runtime seal       if flagged: 8 bytes key id, 32 bytes HMAC-SHA256 over all header bytes above (key id included) and
 * the data checksum   uint32   CRC32C over all header bytes above and the data
 * </pre>
 *
 * The data is the tensors' elements in the header's order without gaps; a link has none.
 *
 * @param modelVersion of the key echo
 * @param preprocVersion of the key echo
 * @param contentHash of the key echo, hexadecimal
 * @param tensors what the data holds, sorted by name; empty for a link
 * @param link the content hash a link points to, or null
 * @param sealed whether an HMAC is there (not whether it fits)
 * @param sealOffset where the key id starts if {@code sealed}; otherwise where the checksum starts
 */
record EntryHeader(
        String modelVersion,
        String preprocVersion,
        String contentHash,
        List<TensorSpec> tensors,
        @Nullable String link,
        Provenance provenance,
        boolean sealed,
        int sealOffset) {
    static final int MAGIC = 'E' | 'M' << 8 | 'B' << 16 | 'O' << 24;
    static final int FORMAT = 1;
    static final int KIND_TENSORS = 1;
    static final int KIND_LINK = 2;
    static final int FLAG_SEALED = 1;
    static final int CHECKSUM_BYTES = 4;
    private static final int MAX_RANK = 16;

    public EntryHeader {
        tensors = List.copyOf(tensors);
    }

    /** Bytes of data this header announces. */
    long dataBytes() {
        long total = 0;
        for (TensorSpec tensor : tensors) {
            total += tensor.sizeBytes();
        }
        return total;
    }

    /** What the data is if it is all there. */
    Stored.Content content() {
        if (link != null) {
            return Stored.Content.LINK;
        }
        TensorSpec first = tensors.get(0);
        boolean vector = tensors.size() == 1
                && first.name().equals(Entry.EMBEDDING)
                && first.dtype() == DType.FLOAT32
                && first.shape().length == 1;
        return vector ? Stored.Content.VECTOR : Stored.Content.BUNDLE;
    }

    /** Whether the echoed key is {@code key}. */
    boolean echoes(CacheKey key) {
        return contentHash.equals(key.contentHash().hex())
                && modelVersion.equals(key.modelVersion())
                && preprocVersion.equals(key.preprocVersion());
    }

    /**
     * Reads a header's structure; its checksum and seal are not checked.
     *
     * @throws UnsupportedFormatException if it is of another format version
     * @throws CorruptEntryException if it is not a header at all, or ends early, or goes on too long
     */
    static EntryHeader parse(ByteBuffer header) {
        ByteBuffer in = header.slice().order(ByteOrder.LITTLE_ENDIAN);
        try {
            return parseFields(in);
        } catch (BufferUnderflowException e) {
            throw new CorruptEntryException("the header ends early, after " + header.remaining() + " bytes", e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptEntryException("the header holds a value that cannot be: " + e.getMessage(), e);
        }
    }

    private static EntryHeader parseFields(ByteBuffer in) {
        if (in.getInt() != MAGIC) {
            throw new CorruptEntryException("the header does not start with EMBO");
        }
        int version = Short.toUnsignedInt(in.getShort());
        if (version != FORMAT) {
            throw new UnsupportedFormatException("entry format " + version + "; this build reads format " + FORMAT);
        }
        int kind = in.get();
        int flags = in.get();
        if ((kind != KIND_TENSORS && kind != KIND_LINK) || (flags & ~FLAG_SEALED) != 0) {
            throw new CorruptEntryException("entry kind " + kind + ", flags " + flags);
        }
        String model = text(in);
        String preproc = text(in);
        String hash = text(in);
        List<TensorSpec> tensors = kind == KIND_TENSORS ? tensors(in) : List.of();
        String link = kind == KIND_LINK ? text(in) : null;
        long encodeNanos = in.getLong();
        int batchSize = in.getInt();
        int width = in.getInt();
        int height = in.getInt();
        Instant created = Instant.ofEpochMilli(in.getLong());
        Provenance provenance = new Provenance(encodeNanos, batchSize, text(in), width, height, created);
        boolean sealed = (flags & FLAG_SEALED) != 0;
        int sealOffset = in.position();
        int rest = (sealed ? SealKeys.ID_BYTES + SealKeys.MAC_BYTES : 0) + CHECKSUM_BYTES;
        if (in.remaining() != rest) {
            throw new CorruptEntryException(
                    "the header has " + in.remaining() + " bytes after its provenance, not " + rest);
        }
        return new EntryHeader(model, preproc, hash, tensors, link, provenance, sealed, sealOffset);
    }

    private static List<TensorSpec> tensors(ByteBuffer in) {
        int count = Short.toUnsignedInt(in.getShort());
        List<TensorSpec> specs = new ArrayList<>(Math.min(count, 64));
        long total = 0;
        for (int i = 0; i < count; i++) {
            String name = text(in);
            int code = in.get();
            DType dtype = DType.ofCode(code).orElseThrow(() -> new CorruptEntryException("dtype code " + code));
            int rank = in.get();
            if (rank < 0 || rank > MAX_RANK) {
                throw new CorruptEntryException("rank " + rank);
            }
            long[] shape = new long[rank];
            for (int d = 0; d < rank; d++) {
                shape[d] = in.getLong();
            }
            total += Tensor.byteCount(dtype, shape);
            specs.add(new TensorSpec(name, dtype, shape));
        }
        if (count == 0 || total > Integer.MAX_VALUE) {
            throw new CorruptEntryException(count + " tensors, " + total + " bytes");
        }
        return specs;
    }

    private static String text(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] utf8 = new byte[length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
