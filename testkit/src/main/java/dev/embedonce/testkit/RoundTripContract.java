package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.CODEC;
import static dev.embedonce.testkit.StoreAssertions.assertHit;
import static dev.embedonce.testkit.StoreAssertions.assertHolds;
import static dev.embedonce.testkit.StoreAssertions.list;
import static dev.embedonce.testkit.StoreAssertions.lookup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is stored is returned, bit for bit, under its own key and no other. */
public interface RoundTripContract extends StoreFixture {
    @Test
    default void get_specialFloats_areBitExact() throws Exception {
        float[] values = {
            Float.NaN,
            Float.intBitsToFloat(0x7FC12345),
            Float.intBitsToFloat(0xFF800001),
            -0.0f,
            0.0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.intBitsToFloat(0x007FFFFF),
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            1f / 3
        };
        roundTrip(TestEntries.vector(values));
    }

    @Test
    default void get_vectorsOfManyLengths_areBitExact() throws Exception {
        try (CacheStore store = open(newUrl())) {
            Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
            for (int dimension : new int[] {0, 1, 2, 3, 384, 768, 1280, 4096, 100_003}) {
                CacheKey key = TestEntries.key(dimension);
                batch.put(key, TestEntries.sealed(key, TestEntries.vector(dimension, dimension)));
            }
            assertThat(store.putAllIfAbsent(batch)).isEmpty();
            assertHolds(store, batch);
        }
    }

    @Test
    default void get_bundleOfEveryType_isBitExact() throws Exception {
        roundTrip(TestEntries.bundle(42, 1000));
    }

    @Test
    default void get_bundleOf64MiB_isBitExact() throws Exception {
        roundTrip(TestEntries.bundle(43, 64 << 20));
    }

    private void roundTrip(Entry entry) throws Exception {
        CacheKey key = TestEntries.key(1);
        Map<CacheKey, Stored.Sealed> batch = Map.of(key, TestEntries.sealed(key, entry));
        try (CacheStore store = open(newUrl())) {
            assertThat(store.putAllIfAbsent(batch)).isEmpty();
            assertHolds(store, batch);
            assertHit(store, key, entry);
        }
    }

    @Test
    default void get_link_isALink() throws Exception {
        CacheKey key = TestEntries.key(1);
        ContentHash target = TestEntries.hash(2, 64);
        try (CacheStore store = open(newUrl())) {
            Stored.Sealed link = CODEC.encodeLink(key, target, TestEntries.provenance(1));
            store.putAllIfAbsent(Map.of(key, link));
            assertHolds(store, Map.of(key, link));
            assertThat(lookup(store, key)).isEqualTo(new Lookup.Link(target, TestEntries.provenance(1)));
        }
    }

    /** A store is no judge of records: what it cannot lay out, such as one of a newer format, it keeps as it is. */
    @Test
    default void get_recordThatThisBuildDoesNotRead_comesBackAsItWent() throws Exception {
        CacheKey key = TestEntries.key(1);
        Stored.Sealed bundle = TestEntries.sealed(key, TestEntries.bundle(5, 100));
        byte[] newer = bundle.headerBytes();
        newer[4]++;
        List<Stored.Sealed> records = List.of(
                new Stored.Sealed(newer, bundle.dataBytes()),
                new Stored.Sealed(newer, new byte[0]),
                new Stored.Sealed(new byte[] {1, 2, 3}, new byte[] {4, 5}),
                new Stored.Sealed(bundle.headerBytes(), new byte[3]));
        try (CacheStore store = open(newUrl())) {
            for (Stored.Sealed record : records) {
                store.replaceAll(Map.of(key, record));
                assertHolds(store, Map.of(key, record));
            }
        }
    }

    @Test
    default void get_sealedEntry_keepsItsSeal() throws Exception {
        CacheKey key = TestEntries.key(1);
        EntryCodec sealing = new EntryCodec(SealKeys.of(List.of(TestEntries.randomBytes(7, 32))));
        Entry entry = TestEntries.bundle(3, 100);
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(Map.of(key, sealing.encode(key, entry)));
            Stored stored = store.getAll(List.of(key)).get(key);
            assertThat(stored).isNotNull();
            if (stored != null) {
                assertThat(sealing.decode(key, stored)).isEqualTo(new Lookup.Hit(entry));
            }
        }
    }

    /** A caller may keep a hit for as long as it likes, so later calls must not change or free it. */
    @Test
    default void get_recordOutlivesLaterCallsAndTheStore() throws Exception {
        CacheKey key = TestEntries.key(9);
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 20);
        Stored kept;
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(batch);
            kept = store.getAll(List.of(key)).get(key);
            store.replaceAll(Map.of(key, TestEntries.sealed(key, TestEntries.vector(99, 16))));
            store.getAll(batch.keySet());
            store.removeAll(List.of(key));
        }
        StoreAssertions.assertSame(kept, TestEntries.sealed(key, TestEntries.entry(9)));
    }

    @Test
    default void get_keysThatDifferInOnePart_areApart() throws Exception {
        ContentHash hash = TestEntries.hash(1);
        assertApart(Set.of(
                new CacheKey("m", "p", hash),
                new CacheKey("m2", "p", hash),
                new CacheKey("m", "p2", hash),
                new CacheKey("p", "m", hash),
                new CacheKey("mp", "p", hash),
                new CacheKey("m", "pp", hash),
                new CacheKey("m", "p", TestEntries.hash(2))));
    }

    @Test
    default void get_oddVersions_areApart() throws Exception {
        Set<CacheKey> keys = new LinkedHashSet<>();
        String wide = wideVersion();
        for (String version : List.of(
                "v",
                "V",
                "v ",
                " v",
                "v1",
                "v1.0",
                "v1.00",
                "1",
                "01",
                "1e0",
                "é",
                "e\u0301",
                "漢字",
                "😀",
                "ß",
                "ss",
                "'",
                "''",
                "\"",
                "`",
                "\\",
                "\\\\",
                "v'; DROP TABLE entries; --",
                "%",
                "%25",
                "%2F",
                "_",
                "a_b",
                "a%b",
                "a*b",
                "a?b",
                "[a]",
                "{a}",
                "a:b",
                "a|b",
                "a,b",
                "a/b",
                "../a",
                "..",
                ".",
                "a\\b",
                "$a",
                "${a}",
                "~",
                "a\u00A0b",
                "\uFFFD",
                "x".repeat(255),
                "x".repeat(256),
                "x".repeat(257),
                "x".repeat(CacheKey.MAX_VERSION_LENGTH),
                wide,
                wide.substring(0, wide.length() - 1) + "!")) {
            keys.add(new CacheKey(version, "p", TestEntries.hash(1)));
            keys.add(new CacheKey("m", version, TestEntries.hash(1)));
        }
        keys.add(new CacheKey(wide, wide, TestEntries.hash(1)));
        assertApart(keys);
    }

    /** A version of the greatest length, without a pattern that a store could compress. */
    private static String wideVersion() {
        StringBuilder text = new StringBuilder();
        byte[] random = TestEntries.randomBytes(5, 2 * CacheKey.MAX_VERSION_LENGTH);
        for (int i = 0; i < CacheKey.MAX_VERSION_LENGTH; i++) {
            int offset = (random[2 * i] & 0xFF) << 8 | (random[2 * i + 1] & 0xFF);
            text.append((char) ('\u4E00' + offset % 20_000));
        }
        return text.toString();
    }

    @Test
    default void get_longHashes_areApart() throws Exception {
        String sha256 = TestEntries.hash(1).hex();
        assertApart(Set.of(
                new CacheKey("m", "p", new ContentHash(sha256)),
                new CacheKey("m", "p", new ContentHash(sha256 + "00")),
                new CacheKey("m", "p", new ContentHash(sha256 + "0000")),
                new CacheKey("m", "p", new ContentHash(sha256 + sha256)),
                new CacheKey("m", "p", new ContentHash("0".repeat(64))),
                new CacheKey("m", "p", new ContentHash("0".repeat(128))),
                new CacheKey("m", "p", new ContentHash("f".repeat(128))),
                new CacheKey("m", "p", TestEntries.hash(3, 64))));
    }

    /**
     * Stores a different vector under each key and fails unless each is found under its own key, listed, and removed
     * alone.
     */
    private void assertApart(Set<CacheKey> keys) throws Exception {
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        for (CacheKey key : keys) {
            batch.put(key, TestEntries.sealed(key, TestEntries.vector(batch.size(), 8)));
        }
        try (CacheStore store = open(newUrl())) {
            CacheKey first = keys.iterator().next();
            store.putAllIfAbsent(Map.of(first, TestEntries.sealed(first, TestEntries.vector(0, 8))));
            assertThat(store.getAll(keys)).containsOnlyKeys(first);
            assertThat(store.putAllIfAbsent(batch)).containsExactly(first);
            assertHolds(store, batch);
            for (CacheKey key : keys) {
                Stored.Sealed record = Objects.requireNonNull(batch.get(key));
                StoreAssertions.assertSame(store.getAll(List.of(key)).get(key), record);
            }
            assertThat(list(store, Selection.ALL).stream().map(StoredInfo::key))
                    .containsExactlyInAnyOrderElementsOf(keys);
            Map<CacheKey, Stored.Sealed> left = new LinkedHashMap<>(batch);
            for (CacheKey key : new ArrayList<>(keys).subList(0, Math.min(20, keys.size()))) {
                assertThat(store.removeAll(List.of(key))).isEqualTo(1);
                left.remove(key);
                assertThat(store.getAll(keys).keySet()).isEqualTo(left.keySet());
            }
            assertHolds(store, left);
        }
    }
}
