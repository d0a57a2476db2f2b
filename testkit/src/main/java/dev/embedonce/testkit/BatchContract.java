package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.assertHit;
import static dev.embedonce.testkit.StoreAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each method does to a batch, and what it refuses. */
public interface BatchContract extends StoreFixture {
    @Test
    default void capabilities_areAsExpected() throws Exception {
        try (CacheStore store = open(newUrl())) {
            assertThat(store.capabilities()).isEqualTo(capabilities());
            assertThat(store.description()).isNotBlank();
        }
    }

    @Test
    default void get_emptyStore_findsNothing() throws Exception {
        try (CacheStore store = open(newUrl())) {
            assertThat(store.getAll(List.of(TestEntries.key(1), TestEntries.key(2))))
                    .isEmpty();
            assertThat(store.removeAll(List.of(TestEntries.key(1)))).isZero();
            assertThat(store.counters()).isEmpty();
            assertThat(store.stats().entries()).isZero();
            assertThat(store.stats().sizeBytes()).isZero();
            assertThat(StoreAssertions.list(store, Selection.ALL)).isEmpty();
        }
    }

    @Test
    default void anyMethod_emptyBatch_doesNothing() throws Exception {
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, 3));
            assertThat(store.getAll(List.of())).isEmpty();
            assertThat(store.putAllIfAbsent(Map.of())).isEmpty();
            store.replaceAll(Map.of());
            assertThat(store.removeAll(List.of())).isZero();
            store.addCounters(Map.of());
            assertThat(store.counters()).isEmpty();
            assertHolds(store, TestEntries.batch(0, 3));
        }
    }

    @Test
    default void get_duplicatesInBatch_areAnsweredOnce() throws Exception {
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 3);
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(batch);
            List<CacheKey> keys = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                keys.add(TestEntries.key(i % 5));
            }
            Map<CacheKey, Stored> found = store.getAll(keys);
            assertThat(found.keySet()).isEqualTo(batch.keySet());
            batch.forEach((key, record) -> StoreAssertions.assertSame(found.get(key), record));
        }
    }

    @Test
    default void anyMethod_batchOf10000_isDoneInFull() throws Exception {
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 10_000);
        try (CacheStore store = open(newUrl())) {
            assertThat(store.putAllIfAbsent(batch)).isEmpty();
            assertHolds(store, batch);
            assertThat(store.putAllIfAbsent(batch)).isEqualTo(batch.keySet());
            List<CacheKey> more = new ArrayList<>(batch.keySet());
            for (int i = 10_000; i < 20_000; i++) {
                more.add(TestEntries.key(i));
            }
            Collections.shuffle(more, new java.util.Random(Soak.SEED));
            assertThat(store.getAll(more)).hasSize(10_000);
            store.replaceAll(batch);
            assertThat(store.stats().entries()).isEqualTo(10_000);
            assertThat(store.removeAll(more)).isEqualTo(10_000);
            assertThat(store.getAll(more)).isEmpty();
        }
    }

    @Test
    default void putAllIfAbsent_presentKeys_keepsTheFirstAndNamesThem() throws Exception {
        Map<CacheKey, Stored.Sealed> first = TestEntries.batch(0, 10);
        Map<CacheKey, Stored.Sealed> second = new LinkedHashMap<>();
        for (int i = 5; i < 15; i++) {
            CacheKey key = TestEntries.key(i);
            second.put(key, TestEntries.sealed(key, TestEntries.vector(1000 + i, 16)));
        }
        try (CacheStore store = open(newUrl())) {
            assertThat(store.putAllIfAbsent(first)).isEmpty();
            assertThat(store.putAllIfAbsent(second))
                    .containsExactlyInAnyOrderElementsOf(
                            TestEntries.batch(5, 10).keySet());
            assertHolds(store, first);
            second.keySet().removeAll(first.keySet());
            assertHolds(store, second);
            assertThat(store.putAllIfAbsent(first)).isEqualTo(first.keySet());
            assertThat(store.stats().entries()).isEqualTo(15);
        }
    }

    @Test
    default void replaceAll_presentAndAbsentKeys_holdTheLast() throws Exception {
        CacheKey key = TestEntries.key(1);
        try (CacheStore store = open(newUrl())) {
            store.replaceAll(TestEntries.batch(0, 5));
            assertHolds(store, TestEntries.batch(0, 5));
            // one kind and size after another under one key: nothing of the previous one may be left
            List<Stored.Sealed> kinds = List.of(
                    TestEntries.sealed(key, TestEntries.vector(1, 2000)),
                    TestEntries.sealed(key, TestEntries.bundle(2, 3_000_000)),
                    TestEntries.sealed(key, TestEntries.vector(3, 2)),
                    StoreAssertions.CODEC.encodeLink(key, TestEntries.hash(7), TestEntries.provenance(4)),
                    TestEntries.sealed(key, TestEntries.bundle(5, 100)));
            for (Stored.Sealed record : kinds) {
                store.replaceAll(Map.of(key, record));
                assertHolds(store, Map.of(key, record));
                assertThat(StoreAssertions.list(store, Selection.ALL)).hasSize(5);
                assertThat(StoreAssertions.list(store, new Selection(null, null, key.contentHash())))
                        .singleElement()
                        .satisfies(info -> assertThat(info.sizeBytes()).isEqualTo(record.sizeBytes()));
            }
            assertHit(store, TestEntries.key(2), TestEntries.entry(2));
        }
    }

    @Test
    default void removeAll_someKeys_countsThemAndLeavesTheRest() throws Exception {
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            List<CacheKey> keys = new ArrayList<>(TestEntries.batch(5, 15).keySet());
            keys.add(TestEntries.key(5));
            assertThat(store.removeAll(keys)).isEqualTo(5);
            assertThat(store.removeAll(keys)).isZero();
            assertThat(store.getAll(keys)).isEmpty();
            assertHolds(store, TestEntries.batch(0, 5));
            assertThat(store.putAllIfAbsent(TestEntries.batch(0, 10)))
                    .isEqualTo(TestEntries.batch(0, 5).keySet());
        }
    }

    @Test
    default void counters_addUp() throws Exception {
        try (CacheStore store = open(newUrl())) {
            store.addCounters(Map.of("hits", 3L, "saved.nanos", 1L << 40, "odd 'name' %_\"é漢", 1L));
            store.addCounters(Map.of("hits", 4L, "saved.nanos", 1L << 40));
            store.addCounters(Map.of("hits", -2L));
            assertThat(store.counters())
                    .isEqualTo(Map.of("hits", 5L, "saved.nanos", 1L << 41, "odd 'name' %_\"é漢", 1L));
        }
    }

    @Test
    default void put_oversizeRecord_isRefusedAndNothingIsStored(@TempDir Path folder) throws Exception {
        CacheKey small = TestEntries.key(1);
        CacheKey big = TestEntries.key(2);
        ByteBuffer header = TestEntries.sealed(big, TestEntries.entry(2)).header();
        long size = Math.min(Integer.MAX_VALUE, capabilities().maxEntryBytes() - header.remaining() + 1);
        if (header.remaining() + size <= capabilities().maxEntryBytes()) {
            return; // no record that a JVM can build is too large for it
        }
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        batch.put(small, TestEntries.sealed(small, TestEntries.entry(1)));
        try (CacheStore store = open(newUrl());
                FileChannel sparse = FileChannel.open(
                        folder.resolve("sparse"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            batch.put(big, new Stored.Sealed(header, sparse.map(FileChannel.MapMode.READ_WRITE, 0, size)));
            for (ThrowingCallable put :
                    List.<ThrowingCallable>of(() -> store.putAllIfAbsent(batch), () -> store.replaceAll(batch))) {
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(put)
                        .withMessageContaining(Long.toString(capabilities().maxEntryBytes()));
                assertThat(store.getAll(batch.keySet())).isEmpty();
            }
        }
    }

    @Test
    default void anyMethod_afterClose_isRefused() throws Exception {
        CacheStore store = open(newUrl());
        store.putAllIfAbsent(TestEntries.batch(0, 3));
        LeaseTable leases = store.leases().orElse(null);
        store.close();
        assertThatCode(store::close).as("closing twice").doesNotThrowAnyException();
        List<ThrowingCallable> calls = new ArrayList<>(List.<ThrowingCallable>of(
                () -> store.getAll(List.of(TestEntries.key(1))),
                () -> store.putAllIfAbsent(TestEntries.batch(0, 1)),
                () -> store.replaceAll(TestEntries.batch(0, 1)),
                () -> store.removeAll(List.of(TestEntries.key(1))),
                () -> store.scan(Selection.ALL),
                store::stats,
                () -> store.addCounters(Map.of("a", 1L)),
                store::counters));
        if (leases != null) {
            Set<CacheKey> keys = Set.of(TestEntries.key(1));
            calls.add(() -> leases.tryAcquire(keys, "o", Duration.ofSeconds(1)));
            calls.add(() -> leases.renew(keys, "o", Duration.ofSeconds(1)));
            calls.add(() -> leases.release(keys, "o"));
        }
        for (ThrowingCallable call : calls) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(call);
        }
    }
}
