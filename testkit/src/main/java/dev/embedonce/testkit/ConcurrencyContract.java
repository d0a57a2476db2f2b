package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Many threads on one store: every answer is one that somebody stored under that very key, whole. */
public interface ConcurrencyContract extends StoreFixture {
    /** Writers, and as many readers. */
    int THREADS = 16;

    /** How long the first answer may take. */
    Duration PATIENCE = Duration.ofMinutes(1);

    private static Entry variant(int key, int variant) {
        Entry plain = variant % 3 == 2
                ? TestEntries.bundle(key * 31L + variant, 500)
                : TestEntries.vector(key * 31L + variant, 40 + variant);
        Provenance p = plain.provenance();
        // the batch size tells a reader which variant it holds
        return new Entry(
                plain.tensors(),
                new Provenance(p.encodeNanos(), variant, p.runtime(), p.width(), p.height(), p.created()));
    }

    private static Map<CacheKey, Stored.Sealed> records(SplittableRandom random) {
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        for (int i = random.nextInt(1, 9); i > 0; i--) {
            int key = random.nextInt(200);
            CacheKey cacheKey = TestEntries.key(key);
            batch.put(cacheKey, TestEntries.sealed(cacheKey, variant(key, random.nextInt(6))));
        }
        return batch;
    }

    @Test
    default void anyMethod_writersAndCheckingReaders_noAnswerIsWrong() throws Exception {
        AtomicLong hits = new AtomicLong();
        AtomicLong counted = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
        String url = newUrl();
        try (CacheStore store = open(url)) {
            long start = System.nanoTime();
            BooleanSupplier goesOn = () -> {
                long nanos = System.nanoTime() - start;
                return nanos < Soak.TIME.toNanos() || (hits.get() == 0 && nanos < PATIENCE.toNanos());
            };
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                SplittableRandom writer = new SplittableRandom(Soak.SEED + t);
                SplittableRandom reader = new SplittableRandom(Soak.SEED - 1 - t);
                work.add(() -> {
                    while (goesOn.getAsBoolean()) {
                        write(store, writer, counted);
                    }
                    return null;
                });
                work.add(() -> {
                    while (goesOn.getAsBoolean()) {
                        hits.addAndGet(readAndCheck(store, reader));
                    }
                    return null;
                });
            }
            awaitAll(threads, work);
            assertThat(hits.get()).as("checked answers (seed %s)", Soak.SEED).isPositive();
            assertThat(store.counters().getOrDefault("n", 0L)).isEqualTo(counted.get());
            Set<CacheKey> listed = new HashSet<>();
            StoreAssertions.list(store, Selection.ALL).forEach(info -> listed.add(info.key()));
            assertThat(store.getAll(TestEntries.batch(0, 200).keySet()).keySet())
                    .isEqualTo(listed);
            assertThat(store.stats().entries()).isEqualTo(listed.size());
        } finally {
            threads.shutdownNow();
        }
    }

    private static void write(CacheStore store, SplittableRandom random, AtomicLong counted) {
        Map<CacheKey, Stored.Sealed> records = records(random);
        int dice = random.nextInt(100);
        if (dice < 60) {
            assertThat(records.keySet()).containsAll(store.putAllIfAbsent(records));
        } else if (dice < 80) {
            store.replaceAll(records);
        } else if (dice < 93) {
            assertThat(store.removeAll(records.keySet())).isBetween(0L, (long) records.size());
        } else {
            store.addCounters(Map.of("n", 3L));
            counted.addAndGet(3);
        }
    }

    private static int readAndCheck(CacheStore store, SplittableRandom random) {
        if (random.nextInt(50) == 0) {
            Set<CacheKey> listed = new HashSet<>();
            try (StoreScan scan = store.scan(Selection.ALL)) {
                while (scan.hasNext()) {
                    StoredInfo info = scan.next();
                    assertThat(info.sizeBytes()).isPositive();
                    listed.add(info.key());
                }
            }
            assertThat(TestEntries.batch(0, 200).keySet()).containsAll(listed);
            return 0;
        }
        Map<CacheKey, Integer> wanted = new HashMap<>();
        for (int i = random.nextInt(1, 17); i > 0; i--) {
            int key = random.nextInt(200);
            wanted.put(TestEntries.key(key), key);
        }
        Map<CacheKey, Stored> found = store.getAll(wanted.keySet());
        found.forEach((key, stored) -> {
            Lookup lookup = StoreAssertions.CODEC.decode(key, stored);
            assertThat(lookup).isInstanceOf(Lookup.Hit.class);
            if (lookup instanceof Lookup.Hit hit) {
                int variant = hit.entry().provenance().batchSize();
                assertThat(hit.entry()).isEqualTo(variant(wanted.getOrDefault(key, -1), variant));
            }
        });
        return found.size();
    }

    private static void awaitAll(ExecutorService threads, List<Callable<Void>> work) throws Exception {
        for (Future<Void> done : threads.invokeAll(work)) {
            try {
                done.get();
            } catch (ExecutionException e) {
                throw new AssertionError("with seed " + Soak.SEED + ": " + e.getCause(), e.getCause());
            }
        }
    }
}
