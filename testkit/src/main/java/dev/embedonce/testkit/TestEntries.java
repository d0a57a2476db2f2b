package dev.embedonce.testkit;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.DType;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Keys and entries derived from a seed, the same in every process, so that any reader can tell whether one is right.
 * Elements are random bits, so there are NaNs, infinities and subnormals among them. Stateless.
 */
public final class TestEntries {
    /** The model version of {@link #key(long)}. */
    public static final String MODEL = "test-model@1f9c";

    /** The preprocessing version of {@link #key(long)}. */
    public static final String PREPROC = "test-pixels@77ab";

    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final Instant CREATED = Instant.parse("2026-03-01T12:00:00.123Z");

    private TestEntries() {}

    /** The {@code seed}th content, 256 bits. */
    public static ContentHash hash(long seed) {
        return hash(seed, 32);
    }

    /**
     * The {@code seed}th content hash of some length.
     *
     * @param digestBytes 32 to 64
     */
    public static ContentHash hash(long seed, int digestBytes) {
        return ContentHash.ofBytes(randomBytes(seed ^ 0x5DEECE66DL, digestBytes));
    }

    /** The {@code seed}th key under {@link #MODEL} and {@link #PREPROC}. */
    public static CacheKey key(long seed) {
        return new CacheKey(MODEL, PREPROC, hash(seed));
    }

    /** An embedding of random bits. */
    public static Entry vector(long seed, int dimension) {
        ByteBuffer bits = ByteBuffer.wrap(randomBytes(seed, dimension * Float.BYTES));
        return new Entry(
                Map.of(Entry.EMBEDDING, Tensor.view(DType.FLOAT32, new long[] {dimension}, bits)), provenance(seed));
    }

    /** An embedding of these values. */
    public static Entry vector(float... values) {
        return new Entry(Map.of(Entry.EMBEDDING, Tensor.ofFloats(values, values.length)), provenance(values.length));
    }

    /** A bundle with a tensor of every type, among them an empty one, a scalar, and one of {@code largeBytes}. */
    public static Entry bundle(long seed, int largeBytes) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("features", tensor(seed, DType.BFLOAT16, largeBytes / 2));
        tensors.put("deepstack.0 \"é漢\" \\", tensor(seed + 1, DType.FLOAT16, 3, 5));
        tensors.put("pooled", tensor(seed + 2, DType.FLOAT32, 7));
        tensors.put("grid", tensor(seed + 3, DType.INT64, 1, 3));
        tensors.put("ids", tensor(seed + 4, DType.INT32, 2, 2, 1));
        tensors.put("mask", Tensor.view(DType.BOOL, new long[] {3}, ByteBuffer.wrap(new byte[] {1, 0, 1})));
        tensors.put("none", tensor(seed + 6, DType.FLOAT32, 0, 4));
        tensors.put("scalar", tensor(seed + 7, DType.FLOAT32));
        return new Entry(tensors, provenance(seed));
    }

    /** The entry of {@code seed} where a test mixes kinds: mostly small vectors, some bundles. */
    public static Entry entry(long seed) {
        return Math.floorMod(seed, 10) == 9 ? bundle(seed, 64) : vector(seed, 16);
    }

    /** The unsealed record of an entry. */
    public static Stored.Sealed sealed(CacheKey key, Entry entry) {
        return CODEC.encode(key, entry);
    }

    /** Records of the keys and entries {@code from} to {@code to - 1}. */
    public static Map<CacheKey, Stored.Sealed> batch(long from, long to) {
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        for (long seed = from; seed < to; seed++) {
            batch.put(key(seed), sealed(key(seed), entry(seed)));
        }
        return batch;
    }

    /** Provenance derived from the seed, with every field used. */
    public static Provenance provenance(long seed) {
        return new Provenance(
                1_000_000 + Math.floorMod(seed, 1_000_000),
                8,
                "test runtime 1.0",
                640,
                480,
                CREATED.plusMillis(Math.floorMod(seed, 1_000_000)));
    }

    /** Random bytes, the same for the same seed. */
    public static byte[] randomBytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static Tensor tensor(long seed, DType dtype, long... shape) {
        return Tensor.view(dtype, shape, ByteBuffer.wrap(randomBytes(seed, Tensor.byteCount(dtype, shape))));
    }
}
