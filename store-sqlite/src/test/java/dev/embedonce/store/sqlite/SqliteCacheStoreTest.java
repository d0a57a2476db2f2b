package dev.embedonce.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.error.StoreUrlException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.ManualClock;
import dev.embedonce.testkit.TestEntries;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteCacheStoreTest {
    private static final EntryCodec CODEC = new EntryCodec(null);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("cache.db");
    }

    private CacheStore open(String options) {
        return Stores.open("sqlite:" + file() + options);
    }

    private Connection raw() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private void sql(String... statements) throws SQLException {
        try (Connection raw = raw();
                Statement statement = raw.createStatement()) {
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection raw = raw();
                Statement statement = raw.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : "";
        }
    }

    private void fill(int entries) {
        try (CacheStore store = open("")) {
            store.putAllIfAbsent(TestEntries.batch(0, entries));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite:", "sqlite:  ", "sqlite:?fsync=true"})
    void open_noPath_isRefused(String url) {
        assertThatExceptionOfType(StoreUrlException.class)
                .isThrownBy(() -> Stores.open(url))
                .withMessageContaining("needs a file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fsync=yes",
                "fsync=",
                "busy-timeout=10",
                "busy-timeout=-1s",
                "busy-timeout=1w",
                "busy-timeout=999999999s",
                "mmap=much",
                "mode=ro"
            })
    void open_wrongOption_isRefusedByName(String option) {
        assertThatExceptionOfType(StoreUrlException.class)
                .isThrownBy(() -> open("?" + option))
                .withMessageContaining(option.substring(0, option.indexOf('=')));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void open_relativePath_isDescribedInFull() {
        Path relative = Path.of("").toAbsolutePath().relativize(file().toAbsolutePath());
        try (CacheStore store = Stores.open("sqlite:" + relative)) {
            assertThat(store.description()).isEqualTo("sqlite:" + file());
        }
        assertThat(file()).exists();
    }

    @Test
    void open_folder_isRefusedByName() {
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> Stores.open("sqlite:" + folder))
                .withMessageContainingAll(folder.toString(), "is a folder");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 99, 100, 5_000})
    void open_otherFile_isRefusedAndLeftAsItIs(int size) throws Exception {
        byte[] content = TestEntries.randomBytes(size, size);
        Files.write(file(), content);
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "not an EmbedOnce cache");
        assertThat(file()).hasBinaryContent(content);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file()));
    }

    @Test
    void open_databaseOfAnotherProgram_isRefusedAndLeftAsItIs() throws Exception {
        sql("CREATE TABLE entries(precious TEXT)", "INSERT INTO entries VALUES('x')");
        byte[] content = Files.readAllBytes(file());
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "another program");
        assertThat(file()).hasBinaryContent(content);
    }

    @Test
    void open_emptyFile_becomesAStore() throws Exception {
        Files.createFile(file());
        fill(3);
        try (CacheStore store = open("")) {
            assertThat(store.stats().entries()).isEqualTo(3);
        }
    }

    @Test
    void open_newerSchema_isRefusedAndLeftAsItIs() throws Exception {
        fill(3);
        sql("PRAGMA user_version = 2");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "newer", "schema 2", "schema 1");
        assertThat(query("PRAGMA user_version")).isEqualTo("2");
        assertThat(query("SELECT count(*) FROM entries")).isEqualTo("3");
    }

    @Test
    void open_schemaThatNeverWas_isRefused() throws Exception {
        fill(3);
        sql("PRAGMA user_version = 0");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "schema 0");
    }

    /** Pages overwritten anywhere: the store says that the file is damaged, or answers rightly; nothing else. */
    @Test
    void anyMethod_damagedPages_isUnavailableOrRight() throws Exception {
        fill(200);
        byte[] sound = Files.readAllBytes(file());
        int refused = 0;
        for (int page = 0; page < sound.length / 8192; page++) {
            byte[] damaged = sound.clone();
            byte[] noise = TestEntries.randomBytes(page, 8192);
            // the first page keeps its start: without it the file is not taken for a store at all
            int skip = page == 0 ? 100 : 0;
            System.arraycopy(noise, skip, damaged, page * 8192 + skip, 8192 - skip);
            Files.write(file(), damaged);
            try (CacheStore store = open("")) {
                for (int seed = 0; seed < 200; seed++) {
                    CacheKey key = TestEntries.key(seed);
                    Stored stored = store.getAll(List.of(key)).get(key);
                    if (stored != null && CODEC.decode(key, stored) instanceof Lookup.Hit hit) {
                        assertThat(hit.entry()).isEqualTo(TestEntries.entry(seed));
                    }
                }
                try (StoreScan scan = store.scan(Selection.ALL)) {
                    while (scan.hasNext()) {
                        scan.next();
                    }
                }
                store.replaceAll(TestEntries.batch(0, 200));
            } catch (StoreUnavailableException e) {
                refused++;
                assertThat(e).hasMessageContaining(file().toString());
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void open_truncatedFile_isUnavailable() throws Exception {
        fill(500);
        try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
            raw.setLength(3 * 8192);
        }
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> {
                    try (CacheStore store = open("")) {
                        store.getAll(TestEntries.batch(0, 500).keySet());
                        store.replaceAll(TestEntries.batch(0, 500));
                    }
                })
                .withMessageContainingAll(file().toString(), "damaged");
    }

    @Test
    void put_lockedByAnother_isUnavailableAfterTheTimeOutAndReadsGoOn() throws Exception {
        fill(10);
        try (CacheStore store = open("?busy-timeout=200ms");
                Connection other = raw();
                Statement statement = other.createStatement()) {
            statement.executeUpdate("BEGIN IMMEDIATE");
            long start = System.nanoTime();
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(() -> store.putAllIfAbsent(TestEntries.batch(10, 20)))
                    .withMessageContainingAll(file().toString(), "another process", "200 ms");
            assertThat(System.nanoTime() - start).isGreaterThan(150_000_000L);
            assertThat(store.getAll(TestEntries.batch(0, 20).keySet())).hasSize(10);
            try (CacheStore second = open("?busy-timeout=200ms")) {
                assertThat(second.stats().entries()).isEqualTo(10);
            }
            statement.executeUpdate("ROLLBACK");
            assertThat(store.putAllIfAbsent(TestEntries.batch(10, 20))).isEmpty();
            assertThat(store.getAll(TestEntries.batch(0, 20).keySet())).hasSize(20);
        }
    }

    @Test
    void open_manyAtOnceOnANewFile_allWork() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                Path place = folder.resolve("round " + round).resolve("cache.db");
                List<Callable<Long>> openers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    long seed = i * 10L;
                    openers.add(() -> {
                        try (CacheStore store = Stores.open("sqlite:" + place)) {
                            store.putAllIfAbsent(TestEntries.batch(seed, seed + 10));
                            return store.stats().entries();
                        }
                    });
                }
                for (Future<Long> opener : threads.invokeAll(openers)) {
                    assertThat(opener.get()).isBetween(10L, 80L);
                }
                try (CacheStore store = Stores.open("sqlite:" + place)) {
                    assertThat(store.getAll(TestEntries.batch(0, 80).keySet())).hasSize(80);
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void put_fsync_synchronizesFully() throws Exception {
        for (boolean fsync : new boolean[] {false, true}) {
            SqliteOptions options = new SqliteOptions(fsync, SqliteOptions.DEFAULT.busyTimeout(), 0, null);
            try (Session session = Session.open(file(), options)) {
                assertThat(session.pragma("synchronous")).isEqualTo(fsync ? "2" : "1");
            }
        }
        try (CacheStore store = open("?fsync=true")) {
            store.putAllIfAbsent(TestEntries.batch(0, 5));
            assertThat(store.getAll(TestEntries.batch(0, 5).keySet())).hasSize(5);
        }
    }

    @Test
    void get_memoryMap_answersAsWithout() throws Exception {
        SqliteOptions options = new SqliteOptions(false, SqliteOptions.DEFAULT.busyTimeout(), 1 << 20, null);
        try (Session session = Session.open(file(), options)) {
            assertThat(session.pragma("mmap_size")).isEqualTo(Integer.toString(1 << 20));
        }
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 3_000);
        try (CacheStore store = open("?mmap=1MiB")) { // the map ends inside the file
            for (int from = 0; from < 3_000; from += 100) {
                store.putAllIfAbsent(TestEntries.batch(from, from + 100));
                assertThat(store.getAll(TestEntries.batch(0, from + 200).keySet()))
                        .hasSize(from + 100);
            }
        }
        assertThat(Files.size(file())).isGreaterThan(1 << 20);
        try (CacheStore store = open("?mmap=1MiB")) {
            Map<CacheKey, Stored> found = store.getAll(batch.keySet());
            assertThat(found.keySet()).isEqualTo(batch.keySet());
            batch.forEach((key, record) -> assertThat(found.get(key)).isEqualTo(record));
        }
    }

    @Test
    void close_onlyHandle_leavesOneFile() throws Exception {
        fill(100);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file());
        }
        assertThat(query("PRAGMA journal_mode")).isEqualTo("wal");
        assertThat(query("PRAGMA integrity_check")).isEqualTo("ok");
    }

    @Test
    void close_whileReadsAreUnderWay_letsThemEnd() throws Exception {
        fill(500);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 10; round++) {
                CacheStore store = open("");
                List<Future<?>> readers = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    readers.add(threads.submit(() -> {
                        try {
                            while (true) {
                                assertThat(store.getAll(TestEntries.batch(0, 50).keySet()))
                                        .hasSize(50);
                            }
                        } catch (IllegalStateException e) {
                            return; // closed
                        }
                    }));
                }
                Thread.sleep(5);
                store.close();
                for (Future<?> reader : readers) {
                    reader.get();
                }
                try (var files = Files.list(folder)) {
                    assertThat(files).as("no connection is left open").containsExactly(file());
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void tryAcquire_leasesOfTheLongDead_areForgotten() throws Exception {
        ManualClock clock = new ManualClock(Instant.parse("2026-05-01T10:00:00Z"));
        SqliteOptions options = new SqliteOptions(false, SqliteOptions.DEFAULT.busyTimeout(), 0, clock);
        try (CacheStore store = SqliteCacheStore.open(file(), options)) {
            store.leases().orElseThrow().tryAcquire(TestEntries.batch(0, 10).keySet(), "dead", Duration.ofMinutes(1));
        }
        for (int hours : List.of(23, 2)) {
            clock.advance(Duration.ofHours(hours));
            try (CacheStore store = SqliteCacheStore.open(file(), options)) {
                store.leases()
                        .orElseThrow()
                        .tryAcquire(TestEntries.batch(10, 11).keySet(), "live", Duration.ofMinutes(1));
            }
            assertThat(query("SELECT count(*) FROM leases")).isEqualTo(hours == 23 ? "11" : "1");
        }
    }

    /** A file of an earlier build does not say when leases were taken. */
    @Test
    void tryAcquire_fileOfAnEarlierBuild_worksOn() throws Exception {
        fill(3);
        sql("ALTER TABLE leases DROP COLUMN taken");
        try (CacheStore store = open("")) {
            List<CacheKey> keys = List.of(TestEntries.key(1));
            assertThat(store.leases().orElseThrow().tryAcquire(keys, "a", Duration.ofHours(1)))
                    .hasSize(1);
            assertThat(store.leases().orElseThrow().tryAcquire(keys, "b", Duration.ofHours(1)))
                    .isEmpty();
            assertThat(store.getAll(keys)).hasSize(1);
        }
    }

    private static final String COUNT_IN_PYTHON = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1])
            print(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
            connection.close()
            """;

    /**
     * Counts the entries with Python's SQLite, an older one than ours: one that deletes a log that nobody seems to
     * use.
     */
    private String countInPython() throws Exception {
        String python = System.getenv().getOrDefault("EMBEDONCE_PYTHON", "python3");
        Process process;
        try {
            process = new ProcessBuilder(python, "-c", COUNT_IN_PYTHON, file().toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("there is no " + python);
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        process.waitFor();
        Assumptions.assumeFalse(output.contains("No module named"), output);
        return output;
    }

    /** Whoever opens the file a second time must not give up the first one's locks. */
    @Test
    void put_besideASecondHandleAndPython_isKept() throws Exception {
        try (CacheStore first = open("")) {
            first.putAllIfAbsent(TestEntries.batch(0, 10));
            try (CacheStore second = open("")) {
                assertThat(countInPython()).isEqualTo("10");
                first.putAllIfAbsent(TestEntries.batch(10, 20));
                second.putAllIfAbsent(TestEntries.batch(20, 30));
                assertThat(countInPython()).isEqualTo("30");
            }
            first.putAllIfAbsent(TestEntries.batch(30, 40));
            assertThat(countInPython()).isEqualTo("40");
        }
        assertThat(countInPython()).isEqualTo("40");
        try (CacheStore store = open("")) {
            assertThat(store.getAll(TestEntries.batch(0, 40).keySet())).hasSize(40);
        }
    }

    /** Also one in the log mode, whose log comes and goes with its readers. */
    @Test
    void open_databaseOfAnotherProgramWithALog_isRefusedAndLeftAsItIs() throws Exception {
        sql("PRAGMA journal_mode = WAL", "CREATE TABLE entries(precious TEXT)", "INSERT INTO entries VALUES('x')");
        byte[] content = Files.readAllBytes(file());
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "another program");
        assertThat(file()).hasBinaryContent(content);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file()));
    }

    @Test
    void open_databaseWithAnotherApplicationId_isRefusedAndLeftAsItIs() throws Exception {
        sql("PRAGMA application_id = 42");
        byte[] content = Files.readAllBytes(file());
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> open(""))
                .withMessageContainingAll(file().toString(), "another program");
        assertThat(file()).hasBinaryContent(content);
    }

    /** The payload column is what other programs read: plain float32, little-endian. */
    @Test
    void put_vector_isReadableAsPlainFloats() throws Exception {
        CacheKey key = TestEntries.key(1);
        try (CacheStore store = open("")) {
            store.putAllIfAbsent(Map.of(key, TestEntries.sealed(key, TestEntries.vector(1.5f, -2f))));
        }
        try (Connection raw = raw();
                Statement statement = raw.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT payload, hex(content_hash), model_version, preproc_version, layout"
                                + " FROM entries JOIN namespaces ON namespaces.id = namespace")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getBytes(1))
                    .isEqualTo(ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putFloat(1.5f)
                            .putFloat(-2f)
                            .array());
            assertThat(row.getString(2)).isEqualToIgnoringCase(key.contentHash().hex());
            assertThat(row.getString(3)).isEqualTo(TestEntries.MODEL);
            assertThat(row.getString(4)).isEqualTo(TestEntries.PREPROC);
            assertThat(row.getInt(5)).isZero();
        }
    }

    @Test
    void get_damagedChunks_isCorruptAndHealed() throws Exception {
        CacheKey key = TestEntries.key(1);
        Stored.Sealed record = TestEntries.sealed(key, TestEntries.bundle(1, 3 * Rows.CHUNK_BYTES));
        try (CacheStore store = open("")) {
            store.putAllIfAbsent(Map.of(key, record));
            assertThat(query("SELECT count(*) FROM chunks")).isEqualTo("4");
            for (String damage : List.of(
                    "DELETE FROM chunks WHERE seq = 2",
                    "UPDATE chunks SET bytes = substr(bytes, 1, 1000) WHERE seq = 2",
                    "UPDATE chunks SET bytes = zeroblob(length(bytes)) WHERE seq = 1",
                    "UPDATE chunks SET seq = 7 WHERE seq = 1",
                    "UPDATE entries SET chunks = 3",
                    "UPDATE entries SET chunks = 0",
                    "UPDATE entries SET chunks = -1",
                    "UPDATE entries SET layout = 0",
                    "UPDATE entries SET header = NULL",
                    "DELETE FROM chunks")) {
                sql(damage);
                assertThat(CODEC.decode(
                                key, store.getAll(List.of(key)).getOrDefault(key, new Stored.Damaged("absent"))))
                        .as(damage)
                        .isInstanceOfSatisfying(
                                Lookup.Corrupt.class,
                                corrupt -> assertThat(corrupt.detail()).isNotEqualTo("absent"));
                store.replaceAll(Map.of(key, record));
                Map<CacheKey, Stored> healed = store.getAll(List.of(key));
                assertThat(CODEC.decode(key, healed.getOrDefault(key, new Stored.Damaged("absent"))))
                        .as("healed of %s", damage)
                        .isInstanceOf(Lookup.Hit.class);
            }
            assertThat(store.removeAll(List.of(key))).isEqualTo(1);
            assertThat(query("SELECT count(*) FROM chunks"))
                    .as("no chunk outlives its entry")
                    .isEqualTo("0");
        }
    }

    @Test
    void get_vectorWithWrongLayout_isCorrupt() throws Exception {
        CacheKey key = TestEntries.key(1);
        CacheKey bundle = TestEntries.key(2);
        Entry entry = TestEntries.vector(1, 16);
        try (CacheStore store = open("")) {
            store.putAllIfAbsent(Map.of(key, TestEntries.sealed(key, entry)));
            store.putAllIfAbsent(Map.of(bundle, TestEntries.sealed(bundle, TestEntries.bundle(2, 10))));
            sql("UPDATE entries SET layout = 1 - layout");
            Map<CacheKey, Stored> found = store.getAll(List.of(key, bundle));
            assertThat(found).containsOnlyKeys(key, bundle);
            // the header says that it is a vector, so nothing is lost
            assertThat(CODEC.decode(key, found.getOrDefault(key, new Stored.Damaged("absent"))))
                    .isEqualTo(new Lookup.Hit(entry));
            assertThat(CODEC.decode(bundle, found.getOrDefault(bundle, new Stored.Damaged("absent"))))
                    .isInstanceOf(Lookup.Corrupt.class);
        }
    }
}
