package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.Outcome;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * An interrupted caller fails alone, if at all, and its thread stays interrupted. The store keeps working for everybody
 * else.
 */
public interface InterruptionContract extends StoreFixture {
    /** The number of interruptions during calls that a test waits for. */
    int INTERRUPTIONS = Soak.ON ? 5_000 : 40;

    /** Large enough to be read in several pieces. */
    int LARGE_BYTES = 9 << 20;

    private static void callInterrupted(ThrowingCallable call) throws Throwable {
        Thread.currentThread().interrupt();
        try {
            call.call();
        } catch (StoreInterruptedException e) {
            assertThat(e).hasMessageNotContaining("null");
        } finally {
            assertThat(Thread.interrupted())
                    .as("the thread is still interrupted")
                    .isTrue();
        }
    }

    @Test
    default void anyMethod_interruptedThread_worksOrSaysSo() throws Throwable {
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, 10));
            List<CacheKey> keys = new ArrayList<>(TestEntries.batch(0, 10).keySet());
            List<ThrowingCallable> calls = new ArrayList<>(List.<ThrowingCallable>of(
                    () -> assertHolds(store, TestEntries.batch(0, 10)),
                    () -> store.putAllIfAbsent(TestEntries.batch(10, 20)),
                    () -> store.replaceAll(TestEntries.batch(0, 10)),
                    () -> store.removeAll(TestEntries.batch(20, 30).keySet()),
                    () -> assertThat(StoreAssertions.list(store, Selection.ALL))
                            .allSatisfy(info -> assertThat(info.sizeBytes())
                                    .isEqualTo(sizeOf(info.key(), TestEntries.batch(0, 20)))),
                    store::stats,
                    () -> store.addCounters(Map.of("n", 1L)),
                    store::counters));
            store.leases()
                    .ifPresent(leases -> calls.addAll(List.of(
                            () -> leases.tryAcquire(keys, "o", Duration.ofHours(1)),
                            () -> leases.renew(keys, "o", Duration.ofHours(1)),
                            () -> leases.release(keys, "o"))));
            for (ThrowingCallable call : calls) {
                callInterrupted(call);
            }
            store.putAllIfAbsent(TestEntries.batch(0, 30));
            assertHolds(store, TestEntries.batch(0, 30));
            store.addCounters(Map.of("m", 1L));
            assertThat(store.counters()).containsEntry("m", 1L);
            assertThat(store.stats().entries()).isEqualTo(30);
        }
    }

    private static long sizeOf(CacheKey key, Map<CacheKey, Stored.Sealed> batch) {
        Stored.Sealed record = batch.get(key);
        return record == null ? -1 : record.sizeBytes();
    }

    @Test
    default void openAndClose_interruptedThread_workOrSaySo() throws Throwable {
        String url = newUrl();
        callInterrupted(() -> open(url).close());
        CacheStore store = open(url);
        store.putAllIfAbsent(TestEntries.batch(0, 10));
        callInterrupted(store::close);
        try (CacheStore again = open(url)) {
            again.putAllIfAbsent(TestEntries.batch(0, 20));
            assertHolds(again, TestEntries.batch(0, 20));
        }
    }

    /**
     * More threads than any pool has connections: half of them are interrupted repeatedly, the others must not notice.
     */
    @Test
    default void anyMethod_interruptedThreads_othersNeverFail() throws Exception {
        Map<CacheKey, Stored.Sealed> known = new LinkedHashMap<>(TestEntries.batch(0, 40));
        CacheKey large = TestEntries.key(-1);
        known.put(large, TestEntries.sealed(large, TestEntries.bundle(1, LARGE_BYTES)));
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(known);
            Interrupter.run(INTERRUPTIONS, number -> {
                if (number % 3 == 0) {
                    store.replaceAll(TestEntries.batch(number * 10L, number * 10L + 3));
                    store.addCounters(Map.of("n", 1L));
                } else {
                    assertHolds(store, number % 3 == 1 ? known : TestEntries.batch(0, 40));
                }
            });
            assertHolds(store, known);
        }
    }

    /** Guards against a fault: the cache stopped using a store that had only refused an interrupted caller. */
    @Test
    default void getOrCompute_interruptedThreads_othersKeepTheStore() throws Exception {
        CountingEncoder encoder = new CountingEncoder();
        List<byte[]> known = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            known.add(("known " + i).getBytes(StandardCharsets.UTF_8));
        }
        try (FeatureCache cache = FeatureCache.over(open(newUrl())).heapBytes(0).build()) {
            cache.getOrComputeAll(known, encoder);
            Interrupter.run(
                    INTERRUPTIONS,
                    number -> cache.getOrComputeAll(known, encoder)
                            .forEach(outcome -> assertThat(outcome).isInstanceOf(Outcome.Served.class)));
            assertThat(encoder.encoded()).as("encoded once each").isEqualTo(100);
            CacheStats stats = cache.stats();
            assertThat(stats.storeReadFailures()).isZero();
            assertThat(stats.storeWriteFailures()).isZero();
        }
    }
}
