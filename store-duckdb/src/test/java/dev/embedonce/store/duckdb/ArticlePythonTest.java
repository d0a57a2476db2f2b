package dev.embedonce.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.ChildStore;
import dev.embedonce.testkit.TestEntries;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One file, used in turn by this store and by a program of the article's kind: {@code scripts/article-cache}, run by a
 * real Python. {@code EMBEDONCE_PYTHON_DUCKDB_1_5} and {@code EMBEDONCE_PYTHON_DUCKDB_CURRENT} name interpreters that
 * have duckdb and numpy; without the former, the {@code python3} on the path is asked.
 */
class ArticlePythonTest {
    private static final String PYTHON_1_5 = "EMBEDONCE_PYTHON_DUCKDB_1_5";
    private static final String PYTHON_CURRENT = "EMBEDONCE_PYTHON_DUCKDB_CURRENT";
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final Path SCRIPTS = Path.of(System.getProperty("basedir", "."), "..", "scripts", "article-cache");

    @TempDir
    Path folder;

    private final List<String> orders = new ArrayList<>();

    private static byte[] image(long number) {
        return ("picture " + number).getBytes(StandardCharsets.US_ASCII);
    }

    private static CacheKey key(long number) {
        return new CacheKey(
                TestEntries.MODEL, TestEntries.PREPROC, ContentHasher.sha256().hash(image(number)));
    }

    private static byte[] vector(long seed) {
        return bytes(TestEntries.vector(seed, 16).embedding());
    }

    private static byte[] bytes(Embedding embedding) {
        byte[] bytes = new byte[embedding.tensor().sizeBytes()];
        embedding.tensor().data().get(bytes);
        return bytes;
    }

    private void order(String verb, long number, byte[] vector) {
        orders.add(verb + " " + HexFormat.of().formatHex(image(number)) + " "
                + HexFormat.of().formatHex(vector));
    }

    /** Has Python do what has been ordered; fails if it could not. */
    private void python(String python, Path file) throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("orders"), orders);
        Path output = folder.resolve("answer");
        ProcessBuilder builder = new ProcessBuilder(
                python,
                "-B",
                SCRIPTS.resolve("check_compatibility.py").toString(),
                file.toString(),
                TestEntries.MODEL,
                TestEntries.PREPROC);
        Process process = builder.redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String answer = Files.readString(output);
        assertThat(process.exitValue()).as(answer).isZero();
        assertThat(answer).startsWith(orders.size() + " orders, duckdb ");
        orders.clear();
    }

    /** The interpreter that a variable names, or a reason to skip. Where a variable is set, nothing is skipped. */
    private static String interpreter(String variable) throws IOException, InterruptedException {
        String named = System.getenv(variable);
        if (named != null && !named.isBlank()) {
            return named;
        }
        Assumptions.assumeTrue(
                variable.equals(PYTHON_1_5) && works("python3"),
                variable + " names no Python, and the python3 on the path has no duckdb and numpy");
        return "python3";
    }

    private static boolean works(String python) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(python, "-c", "import duckdb, numpy")
                    .redirectErrorStream(true)
                    .start();
            try (InputStream output = process.getInputStream()) {
                output.transferTo(java.io.OutputStream.nullOutputStream());
            }
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Stored stored(CacheStore store, long number) {
        return Objects.requireNonNull(store.getAll(List.of(key(number))).get(key(number)));
    }

    private static void assertForeign(CacheStore store, long number, byte[] vector) {
        assertThat(CODEC.decode(key(number), stored(store, number)))
                .isInstanceOfSatisfying(
                        Lookup.Foreign.class,
                        foreign ->
                                assertThat(bytes(foreign.entry().embedding())).isEqualTo(vector));
    }

    private static Map<CacheKey, Stored.Sealed> ours(int from, int to) {
        Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
        for (int i = from; i < to; i++) {
            records.put(key(i), TestEntries.sealed(key(i), TestEntries.vector(i, 16)));
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(strings = {PYTHON_1_5, PYTHON_CURRENT})
    void python_readsOurRowsAndWritesItsOwn(String variable) throws Exception {
        String python = interpreter(variable);
        Path file = folder.resolve("cache.duckdb");
        Entry bundle = TestEntries.bundle(1, 1000);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            assertThat(store.putAllIfAbsent(ours(0, 10))).isEmpty();
            store.putAllIfAbsent(Map.of(
                    key(20), TestEntries.sealed(key(20), bundle),
                    key(21), CODEC.encodeLink(key(21), key(0).contentHash(), TestEntries.provenance(1)),
                    key(22), TestEntries.sealed(key(22), TestEntries.vector(1, 0))));
        }
        for (int i = 0; i < 10; i++) {
            order("hit", i, vector(i));
        }
        order("miss", 100, vector(100)); // its own row
        order("hit", 100, vector(100));
        order("replace", 100, vector(101));
        order("hit", 100, vector(101));
        order("replace", 3, vector(103)); // over ours
        order("hit", 3, vector(103));
        order("zero", 4, new byte[0]);
        for (int i = 20; i < 23; i++) { // what it could only misread it does not see
            order("miss", i, vector(i));
        }
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            for (int i : new int[] {0, 1, 2, 5, 6, 7, 8, 9}) {
                assertThat(CODEC.decode(key(i), stored(store, i))).isEqualTo(new Lookup.Hit(TestEntries.vector(i, 16)));
            }
            assertForeign(store, 100, vector(101));
            assertForeign(store, 3, vector(103));
            assertThat(CODEC.decode(key(4), stored(store, 4)))
                    .isInstanceOfSatisfying(
                            Lookup.Corrupt.class,
                            corrupt -> assertThat(corrupt.reason()).isEqualTo(Corruption.CHECKSUM));
            assertThat(CODEC.decode(key(20), stored(store, 20))).isEqualTo(new Lookup.Hit(bundle));
            assertThat(CODEC.decode(key(21), stored(store, 21)))
                    .isInstanceOfSatisfying(
                            Lookup.Link.class, link -> assertThat(link.target()).isEqualTo(key(0).contentHash()));
            assertThat(store.stats().entries()).isEqualTo(14);
            // healed, and read by Python again
            store.replaceAll(ours(3, 5));
            store.putAllIfAbsent(ours(10, 12));
            assertThat(store.removeAll(List.of(key(100), key(20)))).isEqualTo(2);
        }
        order("hit", 3, vector(3));
        order("hit", 4, vector(4));
        order("hit", 11, vector(11));
        order("miss", 100, vector(104));
        python(python, file);
    }

    /** A file of the other program's making, taken over by this store, goes on being the other program's too. */
    @ParameterizedTest
    @ValueSource(strings = {PYTHON_1_5, PYTHON_CURRENT})
    void python_itsOwnFile_staysUsable(String variable) throws Exception {
        String python = interpreter(variable);
        Path file = folder.resolve("article.duckdb");
        for (int i = 0; i < 5; i++) {
            order("miss", i, vector(i));
        }
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            for (int i = 0; i < 5; i++) {
                assertForeign(store, i, vector(i));
            }
            store.putAllIfAbsent(ours(0, 10));
            store.replaceAll(Map.of(key(1), TestEntries.sealed(key(1), TestEntries.vector(31, 16))));
        }
        order("hit", 0, vector(0));
        order("hit", 1, vector(31));
        order("hit", 9, vector(9));
        order("replace", 2, vector(32));
        order("replace", 9, vector(39));
        order("miss", 11, vector(11));
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            assertForeign(store, 2, vector(32));
            assertForeign(store, 9, vector(39));
            assertForeign(store, 11, vector(11));
            assertThat(store.stats().entries()).isEqualTo(11);
        }
    }

    /** A writer of ours has been killed, so that its last batches are in the log only. */
    @ParameterizedTest
    @ValueSource(strings = {PYTHON_1_5, PYTHON_CURRENT})
    void python_fileOfAKilledWriter_isReadable(String variable) throws Exception {
        String python = interpreter(variable);
        Path file = folder.resolve("cache.duckdb");
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            store.putAllIfAbsent(ours(0, 5));
        }
        try (ChildStore child = ChildStore.start("duckdb:" + file, 0, 1_000_000, 5)) {
            assertThat(child.awaitOpen()).isNull();
            for (int batch = 0; batch < 3; batch++) {
                assertThat(child.awaitAcknowledged()).isNotNull();
            }
            child.kill();
        }
        assertThat(folder.resolve("cache.duckdb.wal")).isNotEmptyFile();
        order("hit", 0, vector(0));
        order("miss", 7, vector(7));
        order("replace", 1, vector(31));
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            assertForeign(store, 7, vector(7));
            assertForeign(store, 1, vector(31));
            assertThat(store.getAll(TestEntries.batch(0, 15).keySet())).isEqualTo(TestEntries.batch(0, 15));
        }
    }

    /**
     * DuckDB 1.5 then loses entries of the index on content_hash, so that a look-up may miss a row: nothing more may
     * come of it.
     */
    @ParameterizedTest
    @ValueSource(strings = {PYTHON_1_5, PYTHON_CURRENT})
    void python_killedItself_costsAtMostAMiss(String variable) throws Exception {
        String python = interpreter(variable);
        Path file = folder.resolve("cache.duckdb");
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            store.putAllIfAbsent(ours(0, 5));
        }
        order("crash", 50, vector(50));
        order("crash", 51, vector(51));
        order("open", 0, new byte[0]);
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            store.getAll(List.of(key(50), key(51)))
                    .forEach((key, stored) -> assertThat(stored).isInstanceOf(Stored.Foreign.class));
            assertThat(store.stats().entries()).isEqualTo(7);
            assertThat(store.putAllIfAbsent(ours(50, 53))).containsExactlyInAnyOrder(key(50), key(51));
            assertForeign(store, 50, vector(50));
            assertForeign(store, 51, vector(51));
            store.replaceAll(ours(51, 52));
            assertThat(store.getAll(ours(51, 53).keySet())).isEqualTo(ours(51, 53));
            assertThat(store.stats().entries()).isEqualTo(8);
        }
        order("crash", 60, vector(60));
        order("open", 0, new byte[0]);
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            store.replaceAll(ours(60, 61));
            assertThat(store.getAll(ours(60, 61).keySet())).isEqualTo(ours(60, 61));
            assertThat(store.stats().entries()).isEqualTo(9);
        }
        order("crash", 70, vector(70));
        order("open", 0, new byte[0]);
        python(python, file);
        try (CacheStore store = Stores.open("duckdb:" + file)) {
            assertThat(store.removeAll(List.of(key(70), key(71)))).isEqualTo(1);
            assertThat(store.stats().entries()).isEqualTo(9);
        }
    }
}
