package dev.embedonce.table;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row of a part: one record of the cache, laid out for readers that know nothing of it. What is not the row's kind is
 * null. Its columns:
 *
 * <pre>
 * hash    binary         the content hash, 32 to 64 bytes
 * link    binary         of a link: the content hash under which the answer lies
 * vector  list of float  of one vector: its elements
 * bundle  binary         of several tensors: a safetensors file; of a vector with a NaN of unusual bits: its elements
 * header  binary         the sealed header, which proves the row: key echo, CRC32C, perhaps an HMAC
 * </pre>
 *
 * Writers of Parquet, parquet-java among them, give every NaN the same bits: a vector that they would change is kept as
 * little-endian bytes. A link is also how equal pixels are known: its hash then is the digest of
 * an encoder's input. Immutable as long as nobody writes to its arrays, which are not copied.
 */
public final class TableRow {
    /** The names of the columns, in order. */
    public static final String HASH = "hash";

    public static final String LINK = "link";
    public static final String VECTOR = "vector";
    public static final String BUNDLE = "bundle";
    public static final String HEADER = "header";

    private final byte[] hash;
    private final byte @Nullable [] link;
    private final float @Nullable [] vector;
    private final byte @Nullable [] bundle;
    private final byte[] header;

    /** A row as it was read, unproven. */
    public TableRow(
            byte[] hash, byte @Nullable [] link, float @Nullable [] vector, byte @Nullable [] bundle, byte[] header) {
        this.hash = hash;
        this.link = link;
        this.vector = vector;
        this.bundle = bundle;
        this.header = header;
    }

    /**
     * The row of a record.
     *
     * @throws IllegalArgumentException if it is no record that this build reads: such a one has no place in a table
     */
    public static TableRow of(ContentHash hash, Stored.Sealed record) {
        byte[] header = record.headerBytes();
        return switch (record.content()) {
            case LINK ->
                new TableRow(hash.toBytes(), record.link().orElseThrow().toBytes(), null, null, header);
            case VECTOR -> {
                float[] vector = floats(record.data());
                yield hasUnusualNaN(vector)
                        ? new TableRow(hash.toBytes(), null, null, record.dataBytes(), header)
                        : new TableRow(hash.toBytes(), null, vector, null, header);
            }
            case BUNDLE -> new TableRow(hash.toBytes(), null, null, bytes(BlobLayout.payload(record)), header);
            case OPAQUE -> throw new IllegalArgumentException("no record that this build reads: " + hash);
        };
    }

    private static float[] floats(ByteBuffer data) {
        float[] floats = new float[data.remaining() / Float.BYTES];
        data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    private static boolean hasUnusualNaN(float[] vector) {
        for (float element : vector) {
            if (Float.floatToRawIntBits(element) != Float.floatToIntBits(element)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(ByteBuffer payload) {
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        return bytes;
    }

    public byte[] hash() {
        return hash;
    }

    public byte @Nullable [] link() {
        return link;
    }

    public float @Nullable [] vector() {
        return vector;
    }

    public byte @Nullable [] bundle() {
        return bundle;
    }

    public byte[] header() {
        return header;
    }

    /** The record that was laid out so. Columns that do not fit together are damage. */
    public Stored stored() {
        ByteBuffer sealed = ByteBuffer.wrap(header);
        Stored.Sealed record;
        if (vector != null) {
            ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(vector.length, Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            data.asFloatBuffer().put(vector);
            record = new Stored.Sealed(sealed, data);
        } else {
            record = BlobLayout.record(sealed, ByteBuffer.wrap(bundle == null ? new byte[0] : bundle));
        }
        byte[] target = record.link().map(ContentHash::toBytes).orElse(null);
        boolean oneKind = vector == null || bundle == null;
        return oneKind && Arrays.equals(link, target)
                ? record
                : new Stored.Damaged("the columns of the row are not those of its header");
    }

    /** Decides what the row is, under these versions; never throws for anything a table may hold. */
    public Lookup lookup(EntryCodec codec, String modelVersion, String preprocVersion) {
        try {
            return codec.decode(new CacheKey(modelVersion, preprocVersion, ContentHash.ofBytes(hash)), stored());
        } catch (IllegalArgumentException e) {
            return new Lookup.Corrupt(Corruption.DAMAGED, String.valueOf(e.getMessage()));
        }
    }
}
