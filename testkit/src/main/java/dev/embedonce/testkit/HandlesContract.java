package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.assertHolds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a reopened store, a second handle and a second process see. */
public interface HandlesContract extends StoreFixture {
    @Test
    default void reopen_durableStore_keepsAll() throws Exception {
        String url = newUrl();
        CacheKey big = TestEntries.key(-1);
        List<StoredInfo> listing;
        try (CacheStore store = open(url)) {
            store.putAllIfAbsent(TestEntries.batch(0, 300));
            store.putAllIfAbsent(Map.of(big, TestEntries.sealed(big, TestEntries.bundle(1, 5_000_000))));
            store.removeAll(TestEntries.batch(0, 100).keySet());
            store.addCounters(Map.of("n", 7L));
            listing = StoreAssertions.list(store, Selection.ALL);
        }
        try (CacheStore store = open(url)) {
            if (capabilities().durable()) {
                assertHolds(store, TestEntries.batch(100, 300));
                assertHolds(store, Map.of(big, TestEntries.sealed(big, TestEntries.bundle(1, 5_000_000))));
                assertThat(store.getAll(TestEntries.batch(0, 100).keySet())).isEmpty();
                assertThat(store.counters()).isEqualTo(Map.of("n", 7L));
                assertThat(StoreAssertions.list(store, Selection.ALL)).containsExactlyInAnyOrderElementsOf(listing);
                store.putAllIfAbsent(TestEntries.batch(0, 100));
                assertHolds(store, TestEntries.batch(0, 300));
            } else {
                assertThat(store.stats().entries()).isZero();
                assertThat(store.counters()).isEmpty();
            }
        }
    }

    /** Whatever a store does with a second handle in one process, it does consistently. */
    @Test
    default void open_secondHandle_seesTheFirstOrIsRefusedOrIsApart() throws Exception {
        String url = newUrl();
        try (CacheStore first = open(url)) {
            first.putAllIfAbsent(TestEntries.batch(0, 50));
            CacheStore second;
            try {
                second = open(url);
            } catch (StoreUnavailableException e) {
                assertThat(capabilities().shared())
                        .as("a shared store takes a second handle: %s", e.getMessage())
                        .isFalse();
                assertThat(e.getMessage()).isNotBlank();
                assertHolds(first, TestEntries.batch(0, 50));
                return;
            }
            try (second) {
                if (!capabilities().durable()) {
                    assertThat(second.stats().entries()).isZero();
                    return;
                }
                assertHolds(second, TestEntries.batch(0, 50));
                assertThat(second.putAllIfAbsent(TestEntries.batch(40, 100)))
                        .isEqualTo(TestEntries.batch(40, 50).keySet());
                assertHolds(first, TestEntries.batch(0, 100));
                assertThat(first.removeAll(TestEntries.batch(90, 100).keySet())).isEqualTo(10);
                assertThat(second.getAll(TestEntries.batch(90, 100).keySet())).isEmpty();
                first.addCounters(Map.of("n", 1L));
                second.addCounters(Map.of("n", 2L));
                assertThat(first.counters()).isEqualTo(Map.of("n", 3L));
            }
            assertHolds(first, TestEntries.batch(0, 90));
        }
    }

    /**
     * A second handle that is closed must not release the first one's locks, which keep another process from cleaning
     * up.
     */
    @Test
    default void put_afterAnotherHandleAndAnotherProcessCameAndWent_isKept() throws Exception {
        if (!capabilities().shared() || !capabilities().durable()) {
            return; // no other process can have opened it
        }
        String url = newUrl();
        try (CacheStore first = open(url)) {
            first.putAllIfAbsent(TestEntries.batch(0, 20));
            open(url).close();
            try (CacheStore second = open(url)) {
                assertHolds(second, TestEntries.batch(0, 20));
                try (ChildStore child = ChildStore.start(url, 20, 1, 20)) {
                    assertThat(child.awaitOpen()).isNull();
                    for (ChildStore.Acknowledged a = child.awaitAcknowledged();
                            a != null;
                            a = child.awaitAcknowledged()) {
                        assertThat(a.stored()).isEqualTo(20);
                    }
                    assertThat(child.awaitExit()).isZero();
                }
                first.putAllIfAbsent(TestEntries.batch(40, 60));
                second.putAllIfAbsent(TestEntries.batch(60, 80));
                assertHolds(first, TestEntries.batch(0, 80));
            }
            try (ChildStore child = ChildStore.start(url, 0, 4, 20)) {
                assertThat(child.awaitOpen()).isNull();
                for (int batch = 0; batch < 4; batch++) {
                    assertThat(child.awaitAcknowledged())
                            .as("what was acknowledged is there for another process")
                            .isEqualTo(new ChildStore.Acknowledged(batch, 0));
                }
            }
        }
        try (CacheStore store = open(url)) {
            assertHolds(store, TestEntries.batch(0, 80));
        }
    }

    /** Two handles write the same keys at once: for each key exactly one is told that it was first. */
    @Test
    default void putAllIfAbsent_racingThreadsAndHandles_eachKeyHasOneFirstWriter() throws Exception {
        String url = newUrl();
        List<CacheStore> handles = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < (capabilities().shared() ? 2 : 1); i++) {
                handles.add(open(url));
            }
            List<CacheKey> keys = new ArrayList<>(TestEntries.batch(0, 400).keySet());
            List<Callable<Long>> writers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                CacheStore store = handles.get(w % handles.size());
                List<Integer> order = new ArrayList<>(Collections.nCopies(20, 0));
                for (int i = 0; i < order.size(); i++) {
                    order.set(i, i * 20);
                }
                Collections.shuffle(order, new Random(Soak.SEED + w));
                writers.add(() -> {
                    long first = 0;
                    for (int from : order) {
                        first += 20
                                - store.putAllIfAbsent(TestEntries.batch(from, from + 20))
                                        .size();
                    }
                    return first;
                });
            }
            long first = 0;
            for (Future<Long> writer : threads.invokeAll(writers)) {
                first += writer.get();
            }
            assertThat(first).isEqualTo(keys.size());
            assertHolds(handles.get(0), TestEntries.batch(0, 400));
        } finally {
            threads.shutdownNow();
            handles.forEach(CacheStore::close);
        }
    }

    @Test
    default void open_secondProcess_sharesOrIsRefusedClearly() throws Exception {
        if (!capabilities().durable()) {
            return; // a second process could find nothing: open_secondHandle covers it
        }
        String url = newUrl();
        try (CacheStore store = open(url);
                ChildStore child = ChildStore.start(url, 0, 40, 20)) {
            String refusal = child.awaitOpen();
            if (!capabilities().shared()) {
                assertThat(refusal)
                        .as("a clear refusal")
                        .startsWith("StoreUnavailableException ")
                        .hasSizeGreaterThan("StoreUnavailableException ".length() + 20);
                store.putAllIfAbsent(TestEntries.batch(0, 10));
                assertHolds(store, TestEntries.batch(0, 10));
                return;
            }
            assertThat(refusal).isNull();
            long first = 0;
            for (int batch = 39; batch >= 0; batch--) { // from the other end: they meet
                Set<CacheKey> present = store.putAllIfAbsent(TestEntries.batch(batch * 20L, batch * 20L + 20));
                first += 20 - present.size();
            }
            for (ChildStore.Acknowledged a = child.awaitAcknowledged(); a != null; a = child.awaitAcknowledged()) {
                first += a.stored();
            }
            assertThat(child.awaitExit()).isZero();
            assertThat(first).isEqualTo(800);
            assertHolds(store, TestEntries.batch(0, 800));
        }
    }
}
