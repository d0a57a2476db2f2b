package dev.embedonce.store.sqlite;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.TestEntries;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToIntFunction;

/**
 * Measures the store, by hand: {@code SqliteStoreMeasurements FILE ROWS [DIMENSION] [OPTIONS]} fills a file that is not
 * there yet, or measures the one that is. No test: numbers depend on the machine.
 */
final class SqliteStoreMeasurements {
    private static final int FILL_BATCH = 1_000;

    private SqliteStoreMeasurements() {}

    public static void main(String[] args) throws IOException, SQLException {
        Path file = Path.of(args[0]);
        int rows = Integer.parseInt(args[1]);
        int dimension = args.length > 2 ? Integer.parseInt(args[2]) : 384;
        String url = "sqlite:" + file + (args.length > 3 ? "?" + args[3] : "");
        if (!Files.exists(file)) {
            fill(url, rows, dimension);
        }
        say("file: %d MB", Files.size(file) >> 20);
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            CacheStore store = Stores.open(url);
            long opened = System.nanoTime();
            int found = store.getAll(List.of(TestEntries.key(i))).size();
            long end = System.nanoTime();
            store.close();
            say("open: %.1f ms; first get of %d: %.1f ms", (opened - start) / 1e6, found, (end - opened) / 1e6);
        }
        SplittableRandom random = new SplittableRandom(1);
        try (CacheStore store = Stores.open(url)) {
            for (int round = 0; round < 3; round++) {
                points(store, rows, random);
            }
            for (int size : new int[] {1, 10, 100, 800, 10_000}) {
                batches("store", size, rows, random, keys -> store.getAll(keys).size());
            }
        }
        variants(file, rows, random);
    }

    private static void fill(String url, int rows, int dimension) {
        try (CacheStore store = Stores.open(url)) {
            long spent = 0;
            long cpu = 0;
            long slice = 0;
            for (int from = 0; from < rows; from += FILL_BATCH) {
                Map<CacheKey, Stored.Sealed> batch = new HashMap<>();
                for (int i = from; i < Math.min(rows, from + FILL_BATCH); i++) {
                    CacheKey key = TestEntries.key(i);
                    batch.put(key, TestEntries.sealed(key, TestEntries.vector(i, dimension)));
                }
                long start = System.nanoTime();
                long cpuStart = cpuNanos();
                store.putAllIfAbsent(batch);
                long nanos = System.nanoTime() - start;
                spent += nanos;
                cpu += cpuNanos() - cpuStart;
                slice += nanos;
                int done = from + batch.size();
                if (done % Math.max(FILL_BATCH, rows / 5) == 0) {
                    say(
                            "filled %d: %.1f Krows/s overall, %.1f lately; %.1f Krows/s of CPU time",
                            done, done / (spent / 1e6), rows / 5.0 / (slice / 1e6), done / (cpu / 1e6));
                    slice = 0;
                }
            }
        }
    }

    private static void points(CacheStore store, int rows, SplittableRandom random) {
        int count = 20_000;
        List<List<CacheKey>> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(List.of(TestEntries.key(random.nextInt(rows))));
        }
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            if (store.getAll(keys.get(i)).isEmpty()) {
                throw new AssertionError("not found");
            }
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        say(
                "point get: p50 %.1f us, p90 %.1f us, p99 %.1f us",
                nanos[count / 2] / 1e3, nanos[count * 9 / 10] / 1e3, nanos[count * 99 / 100] / 1e3);
    }

    private static void batches(
            String what, int size, int rows, SplittableRandom random, ToIntFunction<List<CacheKey>> get) {
        int rounds = Math.max(10, Math.min(2_000, 40_000 / size));
        long[] nanos = new long[rounds];
        long[] cpu = new long[rounds];
        for (int round = 0; round < rounds; round++) {
            List<CacheKey> keys = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                keys.add(TestEntries.key(random.nextInt(rows)));
            }
            long start = System.nanoTime();
            long cpuStart = cpuNanos();
            int found = get.applyAsInt(keys);
            cpu[round] = cpuNanos() - cpuStart;
            nanos[round] = System.nanoTime() - start;
            if (found == 0) {
                throw new AssertionError("nothing found");
            }
        }
        Arrays.sort(nanos);
        Arrays.sort(cpu);
        say(
                "batch of %5d, %-26s p50 %8.3f ms, min %8.3f ms; CPU time p50 %8.3f ms",
                size, what, nanos[rounds / 2] / 1e6, nanos[0] / 1e6, cpu[rounds / 2] / 1e6);
    }

    @FunctionalInterface
    private interface Variant {
        int get(Session session, List<CacheKey> keys) throws SQLException;
    }

    /** Ways to look up a batch, all on one connection. */
    private static void variants(Path file, int rows, SplittableRandom random) throws SQLException {
        Map<String, Variant> variants = new LinkedHashMap<>();
        variants.put("points", (session, keys) -> points(session, keys));
        variants.put("points, one transaction", (session, keys) -> {
            session.execute("BEGIN");
            int found = points(session, keys);
            session.execute("COMMIT");
            return found;
        });
        variants.put("points, sorted, one trans.", (session, keys) -> {
            List<CacheKey> sorted = new ArrayList<>(keys);
            sorted.sort(Comparator.comparing(key -> key.contentHash().hex()));
            session.execute("BEGIN");
            int found = points(session, sorted);
            session.execute("COMMIT");
            return found;
        });
        variants.put("IN list of 100", (session, keys) -> in(session, keys, 100));
        variants.put("IN list of 1000", (session, keys) -> in(session, keys, 1_000));
        variants.put("VALUES join", (session, keys) -> values(session, keys));
        variants.put("VALUES join, sorted", (session, keys) -> {
            List<CacheKey> sorted = new ArrayList<>(keys);
            sorted.sort(Comparator.comparing(key -> key.contentHash().hex()));
            return values(session, sorted);
        });
        variants.put("temporary table", SqliteStoreMeasurements::temporaryTable);
        try (Session session = Session.open(file.toAbsolutePath(), SqliteOptions.DEFAULT)) {
            session.script("CREATE TEMP TABLE wanted(content_hash BLOB)");
            for (int size : new int[] {10, 100, 800, 10_000}) {
                compare(session, variants, size, rows, random);
            }
        }
    }

    private static void compare(
            Session session, Map<String, Variant> variants, int size, int rows, SplittableRandom random)
            throws SQLException {
        int rounds = Math.max(20, Math.min(2_000, 80_000 / size));
        Map<String, long[]> nanos = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Variant> variant : variants.entrySet()) {
                List<CacheKey> keys = new ArrayList<>(size);
                for (int i = 0; i < size; i++) {
                    keys.add(TestEntries.key(random.nextInt(rows)));
                }
                long start = cpuNanos();
                variant.getValue().get(session, keys);
                nanos.computeIfAbsent(variant.getKey(), v -> new long[rounds])[round] = cpuNanos() - start;
            }
        }
        nanos.forEach((name, times) -> {
            Arrays.sort(times);
            say(
                    "batch of %5d, %-26s CPU time p50 %8.3f ms, p10 %8.3f ms",
                    size, name, times[rounds / 2] / 1e6, times[rounds / 10] / 1e6);
        });
    }

    private static int points(Session session, List<CacheKey> keys) throws SQLException {
        Map<CacheKey, Stored> found = new HashMap<>();
        for (CacheKey key : keys) {
            Rows.find(session, 1, List.of(key), found);
        }
        return found.size();
    }

    private static int values(Session session, List<CacheKey> keys) throws SQLException {
        Map<CacheKey, Stored> found = new HashMap<>();
        Rows.find(session, 1, keys, found);
        return found.size();
    }

    private static int in(Session session, List<CacheKey> keys, int most) throws SQLException {
        int found = 0;
        for (int from = 0; from < keys.size(); from += most) {
            List<CacheKey> part = keys.subList(from, Math.min(keys.size(), from + most));
            PreparedStatement select = session.prepared("SELECT content_hash, header, payload, layout FROM entries"
                    + " WHERE namespace = 1 AND content_hash IN ("
                    + String.join(",", Collections.nCopies(part.size(), "?")) + ")");
            for (int i = 0; i < part.size(); i++) {
                select.setBytes(i + 1, part.get(i).contentHash().toBytes());
            }
            found += collect(select);
        }
        return found;
    }

    private static int temporaryTable(Session session, List<CacheKey> keys) throws SQLException {
        session.execute("BEGIN");
        PreparedStatement insert = session.prepared("INSERT INTO temp.wanted VALUES(?)");
        for (CacheKey key : keys) {
            insert.setBytes(1, key.contentHash().toBytes());
            insert.executeUpdate();
        }
        int found = collect(session.prepared("SELECT e.content_hash, header, payload, layout FROM temp.wanted w"
                + " CROSS JOIN entries e ON e.namespace = 1 AND e.content_hash = w.content_hash"));
        session.execute("DELETE FROM temp.wanted");
        session.execute("COMMIT");
        return found;
    }

    private static int collect(PreparedStatement select) throws SQLException {
        Map<String, Stored> found = new HashMap<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                byte[] hash = rows.getBytes(1);
                byte[] header = rows.getBytes(2);
                byte[] payload = rows.getBytes(3);
                rows.getInt(4);
                found.put(HexFormat.of().formatHex(hash), new Stored.Sealed(header, payload));
            }
        }
        return found.size();
    }

    /** What this thread has used: on a busy machine it says more than the clock. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @SuppressWarnings("SystemOut")
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
