package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultyCacheStoreTest {
    private final FaultyCacheStore store = new FaultyCacheStore(new MemoryStore());

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void failNext_refusesThatManyCallsAndDoesNothing() {
        store.failNext(2);
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> store.putAllIfAbsent(TestEntries.batch(0, 3)));
        assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(store::stats);
        assertThat(store.stats().entries()).isZero();
        assertThat(store.putAllIfAbsent(TestEntries.batch(0, 3))).isEmpty();
        assertThat(store.calls()).isEqualTo(4);
    }

    @Test
    void setDown_refusesEverythingUntilUp() {
        Set<CacheKey> keys = TestEntries.batch(0, 1).keySet();
        store.setDown(true);
        List<Runnable> calls = List.of(
                () -> store.getAll(keys),
                () -> store.putAllIfAbsent(TestEntries.batch(0, 1)),
                () -> store.replaceAll(TestEntries.batch(0, 1)),
                () -> store.removeAll(keys),
                () -> store.scan(Selection.ALL),
                store::stats,
                store::counters,
                () -> store.addCounters(Map.of("a", 1L)),
                () -> store.leases().orElseThrow().tryAcquire(keys, "a", Duration.ofSeconds(1)),
                () -> store.leases().orElseThrow().renew(keys, "a", Duration.ofSeconds(1)),
                () -> store.leases().orElseThrow().release(keys, "a"));
        for (Runnable call : calls) {
            assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(call::run);
        }
        store.setDown(false);
        calls.forEach(Runnable::run);
        assertThat(store.calls()).isEqualTo(2 * calls.size());
    }

    @Test
    void breakOffNextBatchAfter_doesPartOfTheBatch() {
        store.breakOffNextBatchAfter(2);
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> store.putAllIfAbsent(TestEntries.batch(0, 5)))
                .withMessageContaining("2 of 5");
        assertThat(store.stats().entries()).isEqualTo(2);
        assertThat(store.putAllIfAbsent(TestEntries.batch(0, 5))).hasSize(2);
    }

    @Test
    void setDelay_takesThatLong() {
        store.setDelay(Duration.ofMillis(30));
        long start = System.nanoTime();
        Map<CacheKey, Stored> found = store.getAll(List.of());
        assertThat(found).isEmpty();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000L);
    }

    /** Whatever the store does, the cache answers, and answers rightly. */
    @Test
    void cacheOverFaultyStore_brokenOffBatches_answersEveryImage() {
        CountingEncoder encoder = new CountingEncoder();
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            images.add(TestEntries.randomBytes(i, 50));
        }
        for (int after = 0; after < 12; after++) {
            store.breakOffNextBatchAfter(after);
            // a new cache each time: one that has seen a failure leaves the store alone for a while
            assertAnswered(cache().getOrComputeAll(images, encoder), images);
        }
        store.setDown(true);
        FeatureCache alone = cache();
        assertAnswered(alone.getOrComputeAll(images, encoder), images);
        assertThat(alone.stats().storeReadFailures()).isEqualTo(images.size());
        assertThat(alone.stats().encoded()).isEqualTo(images.size());
        store.setDown(false);
        assertAnswered(cache().getOrComputeAll(images, encoder), images);
        int before = encoder.encoded();
        assertAnswered(cache().getOrComputeAll(images, encoder), images);
        assertThat(encoder.encoded()).as("all stored in the end").isEqualTo(before);
    }

    private FeatureCache cache() {
        return FeatureCache.over(store).heapBytes(0).build();
    }

    private static void assertAnswered(List<Outcome> outcomes, List<byte[]> images) {
        assertThat(outcomes).hasSameSizeAs(images);
        for (int i = 0; i < images.size(); i++) {
            byte[] image = images.get(i);
            assertThat(outcomes.get(i))
                    .isInstanceOfSatisfying(
                            Outcome.Served.class,
                            served -> assertThat(served.entry().tensors())
                                    .containsEntry(Entry.EMBEDDING, CountingEncoder.answer(image)));
        }
    }
}
