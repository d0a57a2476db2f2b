package dev.embedonce.testkit;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Measures a store: {@code StoreNumbers URL [rows]}. Prints medians; asserts nothing. */
public final class StoreNumbers {
    private static final int DIMENSION = 384;

    private StoreNumbers() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        int rows = args.length > 1 ? Integer.parseInt(args[1]) : 50_000;
        SplittableRandom random = new SplittableRandom(1);
        try (CacheStore store = Stores.open(args[0])) {
            long nanos = 0;
            for (int from = 0; from < rows; from += 1_000) {
                Map<CacheKey, Stored.Sealed> batch = vectors(from, Math.min(rows, from + 1_000));
                long start = System.nanoTime();
                store.putAllIfAbsent(batch);
                nanos += System.nanoTime() - start;
            }
            System.out.printf("bulk put: %.1f Krow/s%n", rows * 1e6 / nanos);
            System.out.printf("point get: %.1f us%n", median(store, random, rows, 1, 3_000) / 1e3);
            System.out.printf("batch of 800: %.2f ms%n", median(store, random, rows, 800, 30) / 1e6);
            System.out.printf("batch of 10,000: %.1f ms%n", median(store, random, rows, 10_000, 7) / 1e6);
            CacheKey big = TestEntries.key(-1);
            long[] puts = new long[7];
            for (int i = 0; i < puts.length; i++) {
                Stored.Sealed bundle = TestEntries.sealed(big, TestEntries.bundle(i, 20_000_000));
                long start = System.nanoTime();
                store.replaceAll(Map.of(big, bundle));
                puts[i] = System.nanoTime() - start;
            }
            Arrays.sort(puts);
            System.out.printf("put of a 20 MB bundle: %.1f ms%n", puts[3] / 1e6);
            long[] gets = new long[7];
            for (int i = 0; i < gets.length; i++) {
                long start = System.nanoTime();
                store.getAll(List.of(big));
                gets[i] = System.nanoTime() - start;
            }
            Arrays.sort(gets);
            System.out.printf("get of a 20 MB bundle: %.1f ms%n", gets[3] / 1e6);
        }
    }

    private static Map<CacheKey, Stored.Sealed> vectors(long from, long to) {
        Map<CacheKey, Stored.Sealed> batch = new LinkedHashMap<>();
        for (long seed = from; seed < to; seed++) {
            CacheKey key = TestEntries.key(seed);
            batch.put(key, TestEntries.sealed(key, TestEntries.vector(seed, DIMENSION)));
        }
        return batch;
    }

    private static long median(CacheStore store, SplittableRandom random, int rows, int size, int rounds) {
        long[] nanos = new long[rounds];
        for (int round = -rounds / 3; round < rounds; round++) { // the first third warms up
            List<CacheKey> keys = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                keys.add(TestEntries.key(random.nextInt(rows)));
            }
            long start = System.nanoTime();
            int found = store.getAll(keys).size();
            nanos[Math.max(round, 0)] = System.nanoTime() - start;
            if (found == 0) {
                throw new IllegalStateException("nothing is there");
            }
        }
        Arrays.sort(nanos);
        return nanos[rounds / 2];
    }
}
