package dev.embedonce.store.duckdb;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.TestEntries;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Measures the store: bulk fill, open, look-ups by batch size, single puts, the warm pass against hashing alone,
 * statistics. Not a test: run {@link #main} with a folder, the number of rows, and rows in a bulk batch.
 */
@SuppressWarnings("SystemOut")
public final class StoreBench {
    private static final int DIMENSION = 384;
    private static final int PICTURES = 800;
    private static final int PICTURE_BYTES = 50_000;
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final ContentHasher SHA = ContentHasher.sha256();

    private StoreBench() {}

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]).resolve("bench.duckdb");
        int rows = Integer.parseInt(args[1]);
        int batch = Integer.parseInt(args[2]);
        String url = "duckdb:" + path;
        Files.deleteIfExists(path);
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            pictures.add(TestEntries.randomBytes(i, PICTURE_BYTES));
        }
        System.out.printf(Locale.ROOT, "rows %,d, batch %,d, %d floats%n", rows, batch, DIMENSION);
        long closing;
        try (CacheStore store = Stores.open(url)) {
            fill(store, rows, batch);
            store.putAllIfAbsent(records(pictures.stream().map(StoreBench::key).toList()));
            closing = System.nanoTime();
        }
        System.out.printf(
                Locale.ROOT, "close (checkpoint) %.0f ms, file %,d MB%n", since(closing), Files.size(path) >> 20);
        long start = System.nanoTime();
        try (CacheStore store = Stores.open(url)) {
            System.out.printf(Locale.ROOT, "open %.1f ms%n", since(start));
            lookUps(store, rows);
            warm(store, pictures);
            puts(store, rows);
            median("stats", 3, () -> store.stats().entries());
            median("removeAll of 1000", 1, () -> store.removeAll(sample(new SplittableRandom(5), 1000, rows)));
        }
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static CacheKey key(long number) {
        return TestEntries.key(number);
    }

    private static CacheKey key(byte[] picture) {
        return new CacheKey(TestEntries.MODEL, TestEntries.PREPROC, SHA.hash(picture));
    }

    private static Map<CacheKey, Stored.Sealed> records(List<CacheKey> keys) {
        Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
        for (CacheKey key : keys) {
            records.put(key, TestEntries.sealed(key, TestEntries.vector(records.size(), DIMENSION)));
        }
        return records;
    }

    private static void fill(CacheStore store, int rows, int batch) {
        long nanos = 0;
        long cpu = 0;
        for (int from = 0; from < rows; from += batch) {
            List<CacheKey> keys = new ArrayList<>();
            for (int i = from; i < Math.min(rows, from + batch); i++) {
                keys.add(key(i));
            }
            Map<CacheKey, Stored.Sealed> records = records(keys);
            long start = System.nanoTime();
            long startCpu = cpuNanos();
            if (!store.putAllIfAbsent(records).isEmpty()) {
                throw new IllegalStateException("rows were there");
            }
            nanos += System.nanoTime() - start;
            cpu += cpuNanos() - startCpu;
        }
        System.out.printf(
                Locale.ROOT,
                "bulk fill %.1f Krow/s, %.1f us/row, of them %.1f us of processor time%n",
                rows * 1e6 / nanos,
                nanos / 1e3 / rows,
                cpu / 1e3 / rows);
    }

    private static List<CacheKey> sample(SplittableRandom random, int count, int rows) {
        List<CacheKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key(random.nextInt(rows)));
        }
        return keys;
    }

    private static void lookUps(CacheStore store, int rows) {
        SplittableRandom random = new SplittableRandom(7);
        for (int count : new int[] {1, 32, 800, 2000, 10_000}) {
            List<List<CacheKey>> batches = new ArrayList<>();
            for (int i = 0; i < (count == 1 ? 200 : 15); i++) {
                batches.add(sample(random, count, rows));
            }
            median("look up " + count, batches.size(), () -> {
                Map<CacheKey, Stored> found = store.getAll(batches.remove(0));
                if (found.isEmpty()) {
                    throw new IllegalStateException("nothing found");
                }
                return found;
            });
        }
    }

    private static void warm(CacheStore store, List<byte[]> pictures) {
        // interleaved, so that both see the same machine
        double[] hashing = new double[15];
        double[] warm = new double[15];
        for (int round = 0; round < hashing.length; round++) {
            long start = System.nanoTime();
            int bits = 0;
            for (byte[] picture : pictures) {
                bits ^= SHA.hash(picture).hex().charAt(0);
            }
            hashing[round] = since(start);
            start = System.nanoTime();
            List<CacheKey> keys = new ArrayList<>();
            for (byte[] picture : pictures) {
                keys.add(key(picture));
            }
            store.getAll(keys).forEach((key, stored) -> {
                if (!(CODEC.decode(key, stored) instanceof Lookup.Hit)) {
                    throw new IllegalStateException("no hit: " + key);
                }
            });
            warm[round] = since(start);
            if (bits > 1000) {
                throw new IllegalStateException();
            }
        }
        Arrays.sort(hashing);
        Arrays.sort(warm);
        System.out.printf(
                Locale.ROOT,
                "warm pass of %d pictures: hashing alone p50 %.1f ms, hash + look up + check p50 %.1f ms: %.2f times%n",
                pictures.size(),
                hashing[7],
                warm[7],
                warm[7] / hashing[7]);
    }

    private static void puts(CacheStore store, int rows) {
        for (int count : new int[] {1, 32, 800}) {
            int[] next = {rows + count * 1_000_000};
            median("put " + count + " new", 15, () -> {
                List<CacheKey> keys = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    keys.add(key(next[0]++));
                }
                return store.putAllIfAbsent(records(keys));
            });
        }
    }

    private static void median(String name, int rounds, Supplier<?> work) {
        double[] millis = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            if (work.get() == null) {
                throw new IllegalStateException(name);
            }
            millis[i] = since(start);
        }
        double first = millis[0];
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "%-20s first %8.2f  min %8.2f  p50 %8.2f  max %8.2f ms%n",
                name,
                first,
                millis[0],
                millis[rounds / 2],
                millis[rounds - 1]);
    }
}
