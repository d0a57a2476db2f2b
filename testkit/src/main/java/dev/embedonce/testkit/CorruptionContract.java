package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.CODEC;
import static dev.embedonce.testkit.StoreAssertions.assertHit;
import static dev.embedonce.testkit.StoreAssertions.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.codec.Stored;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Storage that has been changed behind the store's back: it never yields an answer with other content, the reason is
 * the right one where it can be known, and {@code replaceAll} heals it.
 */
public interface CorruptionContract extends StoreFixture {
    /**
     * Changes the raw storage under {@code key}, past the store. Both operators are called once with the present bytes
     * (the identity leaves them) and may return any number of bytes, or none. What surrounds them, such as a row's key
     * columns, stays.
     *
     * @param store an open handle on {@code url}; it must see the change afterwards
     * @param onHeader on the bytes that hold {@link Stored.Sealed#header()}
     * @param onPayload on the bytes that hold the data, with what the store's layout adds for other readers
     */
    void tamper(
            String url, CacheStore store, CacheKey key, UnaryOperator<byte[]> onHeader, UnaryOperator<byte[]> onPayload)
            throws Exception;

    /** The kinds of records that are damaged. */
    enum Kind {
        VECTOR,
        BUNDLE,
        LINK;

        Stored.Sealed record(CacheKey key) {
            return switch (this) {
                case VECTOR -> TestEntries.sealed(key, TestEntries.vector(key.hashCode(), 48));
                case BUNDLE -> TestEntries.sealed(key, TestEntries.bundle(key.hashCode(), 128));
                case LINK -> CODEC.encodeLink(key, TestEntries.hash(5), TestEntries.provenance(1));
            };
        }
    }

    /** One store with one victim among sound entries, and the victim's raw bytes. */
    final class Scene implements AutoCloseable {
        static final CacheKey VICTIM = TestEntries.key(1_000);
        private final CorruptionContract contract;
        private final String url;
        final CacheStore store;
        final Stored.Sealed record;
        final byte[] header;
        final byte[] payload;

        Scene(CorruptionContract contract, Kind kind) throws Exception {
            this.contract = contract;
            url = contract.newUrl();
            store = contract.open(url);
            record = kind.record(VICTIM);
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            store.putAllIfAbsent(Map.of(VICTIM, record));
            List<byte[]> raw = new ArrayList<>();
            UnaryOperator<byte[]> keep = bytes -> {
                raw.add(bytes.clone());
                return bytes;
            };
            contract.tamper(url, store, VICTIM, keep, keep);
            assertThat(raw).hasSize(2);
            header = raw.get(0);
            payload = raw.get(1);
            assertThat(header).as("the raw header").isEqualTo(record.headerBytes());
            StoreAssertions.assertSame(store.getAll(List.of(VICTIM)).get(VICTIM), record);
        }

        void write(CacheKey key, byte[] newHeader, byte[] newPayload) throws Exception {
            contract.tamper(url, store, key, old -> newHeader, old -> newPayload);
        }

        Lookup read(EntryCodec codec, CacheKey key) {
            Stored stored = store.getAll(List.of(key)).get(key);
            assertThat(stored)
                    .as("what lies under a known key is returned, damaged or not")
                    .isNotNull();
            return codec.decode(key, Objects.requireNonNull(stored));
        }

        /** Rewrites the victim's storage and fails unless it is found to be corrupt for one of these reasons. */
        void assertCorrupt(String what, byte[] newHeader, byte[] newPayload, Set<Corruption> reasons) throws Exception {
            write(VICTIM, newHeader, newPayload);
            Lookup lookup = read(CODEC, VICTIM);
            assertThat(lookup).as(what).isInstanceOf(Lookup.Corrupt.class);
            if (lookup instanceof Lookup.Corrupt corrupt) {
                assertThat(corrupt.reason())
                        .as("%s: %s", what, corrupt.detail())
                        .isIn(reasons);
                assertThat(corrupt.detail()).isNotBlank();
            }
        }

        /** Fails unless the damaged victim is reported as present, listed, and healed by replaceAll. */
        void assertHeals() {
            assertThat(store.putAllIfAbsent(Map.of(VICTIM, record)))
                    .as("a damaged entry is present, and left as it is")
                    .containsExactly(VICTIM);
            assertThat(CODEC.decode(
                            VICTIM,
                            Objects.requireNonNull(store.getAll(List.of(VICTIM)).get(VICTIM))))
                    .isInstanceOf(Lookup.Corrupt.class);
            assertThat(list(store, Selection.ALL).stream().map(StoredInfo::key)).contains(VICTIM);
            assertThat(store.stats().entries()).isEqualTo(11);
            StoreAssertions.assertHolds(store, TestEntries.batch(0, 10));
            store.replaceAll(Map.of(VICTIM, record));
            StoreAssertions.assertHolds(store, Map.of(VICTIM, record));
            assertThat(store.stats().entries()).isEqualTo(11);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private static byte[] flipped(byte[] bytes, int at, int bit) {
        byte[] copy = bytes.clone();
        copy[at] ^= (byte) (1 << bit);
        return copy;
    }

    /** The offset of the checksummed data in the payload. */
    private static int dataOffset(Scene scene) {
        byte[] data = scene.record.dataBytes();
        for (int at = scene.payload.length - data.length; at >= 0; at--) {
            if (Arrays.equals(data, Arrays.copyOfRange(scene.payload, at, at + data.length))) {
                return at;
            }
        }
        throw new AssertionError("the payload does not hold the data as it is");
    }

    @ParameterizedTest
    @EnumSource
    default void get_flippedHeaderBit_isCorruptAndHealed(Kind kind) throws Exception {
        SplittableRandom random = new SplittableRandom(Soak.SEED);
        Set<Corruption> reasons = EnumSet.of(Corruption.CHECKSUM, Corruption.TRUNCATED, Corruption.DAMAGED);
        try (Scene scene = new Scene(this, kind)) {
            // every byte of one kind, and all regions of the others
            for (int at = 0; at < scene.header.length; at += kind == Kind.VECTOR ? 1 : 3) {
                int bit = random.nextInt(8);
                scene.assertCorrupt(
                        "bit " + bit + " of header byte " + at, flipped(scene.header, at, bit), scene.payload, reasons);
            }
            scene.assertHeals();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "BUNDLE"})
    default void get_flippedPayloadBit_isCorruptOrHarmless(Kind kind) throws Exception {
        SplittableRandom random = new SplittableRandom(Soak.SEED);
        Set<Corruption> reasons = EnumSet.of(Corruption.CHECKSUM, Corruption.TRUNCATED, Corruption.DAMAGED);
        try (Scene scene = new Scene(this, kind)) {
            int data = dataOffset(scene);
            int dataEnd = data + scene.record.data().remaining();
            for (int at = 0; at < scene.payload.length; at += at >= data && at < dataEnd ? 2 : 5) {
                int bit = random.nextInt(8);
                byte[] payload = flipped(scene.payload, at, bit);
                if (at >= data && at < dataEnd) {
                    scene.assertCorrupt("bit " + bit + " of payload byte " + at, scene.header, payload, reasons);
                } else {
                    // what the layout adds for other readers is not part of the answer
                    scene.write(Scene.VICTIM, scene.header, payload);
                    Lookup lookup = scene.read(CODEC, Scene.VICTIM);
                    assertThat(lookup instanceof Lookup.Corrupt
                                    || lookup.equals(CODEC.decode(Scene.VICTIM, scene.record)))
                            .as("bit %s of payload byte %s gives %s", bit, at, lookup)
                            .isTrue();
                }
            }
            scene.assertCorrupt("the last byte", scene.header, flipped(scene.payload, dataEnd - 1, 7), reasons);
            scene.assertHeals();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void get_truncatedOrProlonged_isCorruptAndHealed(Kind kind) throws Exception {
        Set<Corruption> reasons = EnumSet.of(Corruption.TRUNCATED, Corruption.DAMAGED);
        Set<Corruption> payloadReasons = EnumSet.copyOf(reasons);
        if (kind == Kind.BUNDLE) {
            payloadReasons.add(Corruption.CHECKSUM); // what is left may be as long as the data should be
        }
        try (Scene scene = new Scene(this, kind)) {
            for (int length : lengths(scene.header.length)) {
                scene.assertCorrupt("header of " + length, Arrays.copyOf(scene.header, length), scene.payload, reasons);
            }
            for (int length : lengths(scene.payload.length)) {
                scene.assertCorrupt(
                        "payload of " + length, scene.header, Arrays.copyOf(scene.payload, length), payloadReasons);
            }
            scene.assertCorrupt("nothing at all", new byte[0], new byte[0], reasons);
            scene.assertHeals();
        }
    }

    /** Every 64th length below {@code full}, one less, one more, and twice as much. */
    private static List<Integer> lengths(int full) {
        List<Integer> lengths = new ArrayList<>();
        for (int length = 0; length < full; length += 64) {
            lengths.add(length);
        }
        if (full > 0) {
            lengths.add(full - 1);
            lengths.add(2 * full);
        }
        lengths.add(full + 1);
        return lengths;
    }

    @ParameterizedTest
    @EnumSource
    default void get_otherFormat_isNewerFormatAndHealed(Kind kind) throws Exception {
        try (Scene scene = new Scene(this, kind)) {
            for (int format : new int[] {0, 2, 3, 255, 256, 65_535}) {
                byte[] header = scene.header.clone();
                ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putShort(4, (short) format);
                scene.assertCorrupt("format " + format, header, scene.payload, EnumSet.of(Corruption.CHECKSUM));
                // a bundle's layout is part of its format too, so the reason need not be the checksum
                scene.assertCorrupt(
                        "sound entry of format " + format,
                        withChecksum(header, scene.record.dataBytes()),
                        scene.payload,
                        kind == Kind.BUNDLE
                                ? EnumSet.of(Corruption.NEWER_FORMAT, Corruption.CHECKSUM)
                                : EnumSet.of(Corruption.NEWER_FORMAT));
            }
            scene.assertHeals();
        }
    }

    private static byte[] withChecksum(byte[] header, byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(header, 0, header.length - Integer.BYTES);
        crc.update(data);
        byte[] copy = header.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(header.length - Integer.BYTES, (int)
                crc.getValue());
        return copy;
    }

    @ParameterizedTest
    @EnumSource
    default void get_rowOfAnotherKey_isKeyMismatchAndHealed(Kind kind) throws Exception {
        List<CacheKey> others = List.of(
                Scene.VICTIM.withContentHash(TestEntries.hash(77)),
                new CacheKey("other-model", TestEntries.PREPROC, Scene.VICTIM.contentHash()),
                new CacheKey(TestEntries.MODEL, "other-pixels", Scene.VICTIM.contentHash()));
        try (Scene scene = new Scene(this, kind)) {
            for (CacheKey other : others) {
                Stored.Sealed record = kind.record(other);
                scene.store.putAllIfAbsent(Map.of(other, record));
                List<byte[]> raw = new ArrayList<>();
                tamper(scene.url, scene.store, other, kept(raw), kept(raw));
                scene.assertCorrupt(
                        "the entry of " + other, raw.get(0), raw.get(1), EnumSet.of(Corruption.KEY_MISMATCH));
                scene.write(other, scene.header, scene.payload);
                Lookup swapped = scene.read(CODEC, other);
                assertThat(swapped)
                        .isInstanceOfSatisfying(
                                Lookup.Corrupt.class,
                                corrupt -> assertThat(corrupt.reason()).isEqualTo(Corruption.KEY_MISMATCH));
                // half of a row
                if (kind != Kind.LINK) {
                    scene.assertCorrupt(
                            "the payload of " + other,
                            scene.header,
                            raw.get(1),
                            EnumSet.of(Corruption.CHECKSUM, Corruption.DAMAGED));
                }
                scene.assertCorrupt(
                        "the header of " + other,
                        raw.get(0),
                        scene.payload,
                        kind == Kind.LINK
                                ? EnumSet.of(Corruption.KEY_MISMATCH)
                                : EnumSet.of(Corruption.CHECKSUM, Corruption.DAMAGED));
                assertThat(scene.store.removeAll(List.of(other)))
                        .as("a damaged entry can be removed")
                        .isEqualTo(1);
            }
            scene.assertHeals();
        }
    }

    private static UnaryOperator<byte[]> kept(List<byte[]> raw) {
        return bytes -> {
            raw.add(bytes.clone());
            return bytes;
        };
    }

    /** The article's row 4: somebody sets every element to zero. */
    @ParameterizedTest
    @EnumSource(names = {"VECTOR", "BUNDLE"})
    default void get_dataOverwrittenByZeros_isCorruptAndHealed(Kind kind) throws Exception {
        try (Scene scene = new Scene(this, kind)) {
            byte[] payload = scene.payload.clone();
            int data = dataOffset(scene);
            Arrays.fill(payload, data, data + scene.record.data().remaining(), (byte) 0);
            scene.assertCorrupt("zeros", scene.header, payload, EnumSet.of(Corruption.CHECKSUM));
            scene.assertHeals();
            scene.assertCorrupt(
                    "zeros everywhere",
                    scene.header,
                    new byte[payload.length],
                    EnumSet.of(Corruption.CHECKSUM, Corruption.TRUNCATED, Corruption.DAMAGED));
            scene.assertHeals();
        }
    }

    @ParameterizedTest
    @EnumSource
    default void get_randomBytes_areCorruptAndHealed(Kind kind) throws Exception {
        SplittableRandom random = new SplittableRandom(Soak.SEED);
        Set<Corruption> any = EnumSet.of(Corruption.CHECKSUM, Corruption.TRUNCATED, Corruption.DAMAGED);
        try (Scene scene = new Scene(this, kind)) {
            for (int round = 0; round < (Soak.ON ? 5_000 : 100); round++) {
                byte[] header = switch (random.nextInt(4)) {
                    case 0 -> TestEntries.randomBytes(random.nextLong(), random.nextInt(600));
                    case 1 -> TestEntries.randomBytes(random.nextLong(), scene.header.length);
                    default -> scrambled(scene.header, random);
                };
                byte[] payload = switch (random.nextInt(4)) {
                    case 0 -> TestEntries.randomBytes(random.nextLong(), random.nextInt(600));
                    case 1 -> TestEntries.randomBytes(random.nextLong(), scene.payload.length);
                    default -> scene.payload;
                };
                scene.assertCorrupt("round " + round + " of seed " + Soak.SEED, header, payload, any);
                Map<CacheKey, Stored> all = scene.store.getAll(
                        List.of(TestEntries.key(0), Scene.VICTIM, TestEntries.key(9), TestEntries.key(99)));
                assertThat(all).containsOnlyKeys(TestEntries.key(0), Scene.VICTIM, TestEntries.key(9));
            }
            assertHit(scene.store, TestEntries.key(9), TestEntries.entry(9));
            scene.assertHeals();
        }
    }

    /** Replaces some bytes, at least one of them by a different one. */
    private static byte[] scrambled(byte[] bytes, SplittableRandom random) {
        byte[] copy = bytes.clone();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        return Arrays.equals(copy, bytes) ? flipped(bytes, random.nextInt(bytes.length), 3) : copy;
    }

    @Test
    default void get_manyDamagedAmongSound_onlyTheDamagedAreCorrupt() throws Exception {
        String url = newUrl();
        try (CacheStore store = open(url)) {
            Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 60);
            store.putAllIfAbsent(batch);
            for (long seed = 0; seed < 60; seed += 3) {
                tamper(
                        url,
                        store,
                        TestEntries.key(seed),
                        header -> header,
                        payload -> flipped(payload, payload.length - 1, 0));
            }
            Map<CacheKey, Stored> found = store.getAll(batch.keySet());
            assertThat(found.keySet()).isEqualTo(batch.keySet());
            Map<CacheKey, Stored.Sealed> sound = new LinkedHashMap<>(batch);
            for (long seed = 0; seed < 60; seed += 3) {
                CacheKey key = TestEntries.key(seed);
                Stored.Sealed removed = sound.remove(key);
                assertThat(removed).isNotNull();
                assertThat(CODEC.decode(key, Objects.requireNonNull(found.get(key))))
                        .isInstanceOf(Lookup.Corrupt.class);
            }
            sound.forEach((key, record) -> StoreAssertions.assertSame(found.get(key), record));
            store.replaceAll(batch);
            StoreAssertions.assertHolds(store, batch);
        }
    }

    /** Ways to damage an entry of the cache, and the reason that is counted. */
    enum Damage {
        FLIPPED_HEADER_BIT(Corruption.CHECKSUM) {
            @Override
            byte[] header(byte[] header) {
                return flipped(header, header.length - 20, 4);
            }
        },
        FLIPPED_CHECKSUM_BIT(Corruption.CHECKSUM) {
            @Override
            byte[] header(byte[] header) {
                return flipped(header, header.length - 1, 0);
            }
        },
        FLIPPED_DATA_BIT(Corruption.CHECKSUM) {
            @Override
            byte[] payload(byte[] payload) {
                return flipped(payload, payload.length / 2, 7);
            }
        },
        ZEROS(Corruption.CHECKSUM) {
            @Override
            byte[] payload(byte[] payload) {
                return new byte[payload.length];
            }
        },
        TRUNCATED_HEADER(Corruption.TRUNCATED) {
            @Override
            byte[] header(byte[] header) {
                return Arrays.copyOf(header, 64);
            }
        },
        TRUNCATED_DATA(Corruption.TRUNCATED) {
            @Override
            byte[] payload(byte[] payload) {
                return Arrays.copyOf(payload, payload.length - 4);
            }
        },
        RANDOM_HEADER(Corruption.TRUNCATED) {
            @Override
            byte[] header(byte[] header) {
                return TestEntries.randomBytes(1, header.length);
            }
        },
        NEWER_FORMAT(Corruption.NEWER_FORMAT) {
            @Override
            byte[] header(byte[] header) {
                byte[] newer = header.clone();
                newer[4] = 2;
                return withChecksum(newer, CountingEncoder.answer(Damage.IMAGE));
            }
        };

        private static final byte[] IMAGE = TestEntries.randomBytes(11, 500);

        private final Corruption reason;

        Damage(Corruption reason) {
            this.reason = reason;
        }

        byte[] header(byte[] header) {
            return header;
        }

        byte[] payload(byte[] payload) {
            return payload;
        }

        private static byte[] withChecksum(byte[] header, Tensor vector) {
            byte[] data = new byte[vector.sizeBytes()];
            vector.data().get(data);
            return CorruptionContract.withChecksum(header, data);
        }
    }

    /** The cache over the store: a damaged entry is a counted miss, and is healed, so that the next get hits. */
    @ParameterizedTest
    @EnumSource
    default void getOrCompute_damagedEntry_isACountedMissAndHealed(Damage damage) throws Exception {
        String url = newUrl();
        CountingEncoder encoder = new CountingEncoder();
        CacheStore store = open(url);
        try (FeatureCache cache = FeatureCache.over(store).heapBytes(0).build()) {
            Entry first = cache.getOrCompute(Damage.IMAGE, encoder);
            assertThat(first.tensors()).containsEntry(Entry.EMBEDDING, CountingEncoder.answer(Damage.IMAGE));
            tamper(url, store, cache.keyOf(Damage.IMAGE, encoder), damage::header, damage::payload);

            assertThat(cache.getOrCompute(Damage.IMAGE, encoder).tensors()).isEqualTo(first.tensors());
            assertThat(encoder.encoded()).as("a damaged entry is no answer").isEqualTo(2);
            CacheStats healed = cache.stats();
            assertThat(healed.corruptTotal()).isEqualTo(1);
            assertThat(healed.corrupt().keySet())
                    .isSubsetOf(EnumSet.of(damage.reason, Corruption.DAMAGED))
                    .hasSize(1);
            assertThat(healed.healed()).isEqualTo(1);
            assertThat(healed.storeHits()).isZero();

            assertThat(cache.getOrCompute(Damage.IMAGE, encoder).tensors()).isEqualTo(first.tensors());
            assertThat(encoder.encoded()).as("healed").isEqualTo(2);
            assertThat(cache.stats().storeHits()).isEqualTo(1);
            assertThat(cache.stats().corruptTotal()).isEqualTo(1);
        }
    }

    @Test
    default void getOrCompute_swappedEntries_areKeyMismatchesAndHealed() throws Exception {
        String url = newUrl();
        CountingEncoder encoder = new CountingEncoder();
        CacheStore store = open(url);
        byte[] a = TestEntries.randomBytes(21, 100);
        byte[] b = TestEntries.randomBytes(22, 100);
        try (FeatureCache cache = FeatureCache.over(store).heapBytes(0).build()) {
            cache.getOrComputeAll(List.of(a, b), encoder);
            List<byte[]> rawA = new ArrayList<>();
            List<byte[]> rawB = new ArrayList<>();
            tamper(url, store, cache.keyOf(a, encoder), kept(rawA), kept(rawA));
            tamper(url, store, cache.keyOf(b, encoder), kept(rawB), kept(rawB));
            tamper(url, store, cache.keyOf(a, encoder), old -> rawB.get(0), old -> rawB.get(1));
            tamper(url, store, cache.keyOf(b, encoder), old -> rawA.get(0), old -> rawA.get(1));
            for (int round = 0; round < 2; round++) {
                for (byte[] image : List.of(a, b)) {
                    assertThat(cache.getOrCompute(image, encoder).tensors())
                            .containsEntry(Entry.EMBEDDING, CountingEncoder.answer(image));
                }
            }
            assertThat(encoder.encoded()).isEqualTo(4);
            assertThat(cache.stats().corrupt()).containsExactly(Map.entry(Corruption.KEY_MISMATCH, 2L));
            assertThat(cache.stats().healed()).isEqualTo(2);
            assertThat(cache.stats().storeHits()).isEqualTo(2);
        }
    }

    /** Whoever can write to the storage can compute a checksum; only a seal reveals it. */
    @Test
    default void get_forgedDataWithFittingChecksum_isBadSeal() throws Exception {
        EntryCodec sealing = new EntryCodec(SealKeys.of(List.of(TestEntries.randomBytes(1, 32))));
        EntryCodec stranger = new EntryCodec(SealKeys.of(List.of(TestEntries.randomBytes(2, 32))));
        CacheKey key = TestEntries.key(3);
        Entry entry = TestEntries.vector(3, 16);
        String url = newUrl();
        try (CacheStore store = open(url)) {
            store.putAllIfAbsent(Map.of(key, sealing.encode(key, entry)));
            Stored stored = Objects.requireNonNull(store.getAll(List.of(key)).get(key));
            assertThat(sealing.decode(key, stored)).isEqualTo(new Lookup.Hit(entry));
            assertReason(stranger.decode(key, stored), Corruption.BAD_SEAL);
            byte[] forged = new byte[16 * Float.BYTES];
            tamper(url, store, key, header -> withChecksum(header, forged), payload -> forged);
            stored = Objects.requireNonNull(store.getAll(List.of(key)).get(key));
            assertReason(sealing.decode(key, stored), Corruption.BAD_SEAL);
            store.replaceAll(Map.of(key, TestEntries.sealed(key, entry)));
            stored = Objects.requireNonNull(store.getAll(List.of(key)).get(key));
            assertReason(sealing.decode(key, stored), Corruption.UNSEALED);
        }
    }

    private static void assertReason(Lookup lookup, Corruption reason) {
        assertThat(lookup)
                .isInstanceOfSatisfying(
                        Lookup.Corrupt.class,
                        corrupt -> assertThat(corrupt.reason()).isEqualTo(reason));
    }
}
