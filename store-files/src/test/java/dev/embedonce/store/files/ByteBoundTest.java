package dev.embedonce.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.ChildStore;
import dev.embedonce.testkit.TestEntries;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder stays below its bound, and what was used last stays in it. */
class ByteBoundTest {
    private static final long BOUND = 400_000;

    @TempDir
    Path folder;

    private CacheStore open() {
        return Stores.open("files:" + folder + "?max-bytes=" + BOUND);
    }

    /** Bytes on disk, in whole blocks as the bound counts them. */
    private long bytes() {
        return bytes(folder.toFile());
    }

    private static long bytes(File file) {
        File[] children = file.listFiles(); // null for a file, and for what another process has just removed
        if (children == null) {
            return EntryFile.ofName(file.getName()).isEmpty() || file.length() == 0
                    ? 0
                    : ByteBound.charge(file.length());
        }
        long sum = 0;
        for (File child : children) {
            sum += bytes(child);
        }
        return sum;
    }

    private static Map<CacheKey, Stored.Sealed> one(long seed, int dimension) {
        CacheKey key = TestEntries.key(seed);
        return Map.of(key, TestEntries.sealed(key, TestEntries.vector(seed, dimension)));
    }

    /** Sets when an entry was last used, which a test cannot wait for. */
    private void setUsed(long seed, Instant time) throws IOException {
        Files.getFileAttributeView(
                        FilesStoreContractTest.file(folder, TestEntries.key(seed)), BasicFileAttributeView.class)
                .setTimes(null, FileTime.from(time), null);
    }

    @Test
    void put_manyTimesTheBound_staysBelowIt() throws Exception {
        try (CacheStore store = open()) {
            for (long seed = 0; seed < 500; seed++) {
                store.putAllIfAbsent(one(seed, 1_500));
                assertThat(bytes()).as("after %s", seed).isLessThanOrEqualTo(BOUND);
            }
            assertThat(bytes()).isGreaterThan(BOUND / 2);
            store.putAllIfAbsent(TestEntries.batch(1_000, 2_000));
            assertThat(bytes()).isBetween(BOUND / 2, BOUND);
            assertThat(store.stats().entries()).isLessThan(100);
        }
    }

    @Test
    void put_overTheBound_removesWhatWasUsedLongestAgo() throws Exception {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        try (CacheStore store = open()) {
            for (long seed = 0; seed < 48; seed++) { // two blocks each: 393 KB
                store.putAllIfAbsent(one(seed, 1_500));
                setUsed(seed, start.plusSeconds(seed));
            }
            assertThat(store.stats().entries()).isEqualTo(48);
            store.getAll(List.of(TestEntries.key(0), TestEntries.key(1))); // used just now
            store.putAllIfAbsent(one(100, 1_500));
            assertThat(store.getAll(List.of(TestEntries.key(0), TestEntries.key(1), TestEntries.key(100))))
                    .hasSize(3);
            assertThat(store.getAll(List.of(TestEntries.key(2), TestEntries.key(3), TestEntries.key(4))))
                    .isEmpty();
            assertThat(store.getAll(List.of(TestEntries.key(46), TestEntries.key(47))))
                    .hasSize(2);
        }
    }

    @Test
    void removeAndReplace_giveTheirBytesBack() throws Exception {
        try (CacheStore store = open()) {
            for (int round = 0; round < 100; round++) {
                store.putAllIfAbsent(one(1, 10_000));
                store.replaceAll(one(1, 12_000));
                store.putAllIfAbsent(one(1, 11_000));
                store.putAllIfAbsent(one(2, 1_500));
                store.removeAll(List.of(TestEntries.key(1)));
            }
            // had the bytes of key 1 piled up, key 2 would have had to go
            assertThat(store.getAll(List.of(TestEntries.key(2)))).hasSize(1);
        }
    }

    @Test
    void open_folderAlreadyTooLarge_isCutDown() throws Exception {
        try (CacheStore unbounded = Stores.open("files:" + folder)) {
            for (long seed = 0; seed < 100; seed++) {
                unbounded.putAllIfAbsent(one(seed, 1_500));
            }
        }
        assertThat(bytes()).isGreaterThan(BOUND);
        open().close();
        assertThat(bytes()).isBetween(BOUND / 2, BOUND);
        for (String damage : List.of("", "short", "0123456789abcdef01234567")) {
            Files.writeString(folder.resolve(".usage"), damage);
            try (CacheStore store = open()) {
                store.putAllIfAbsent(TestEntries.batch(0, 200));
                assertThat(bytes()).as("after .usage '%s'", damage).isLessThanOrEqualTo(BOUND);
            }
        }
    }

    @Test
    void put_entryThatCanNeverFit_isRefused() {
        try (CacheStore store = open()) {
            assertThat(store.capabilities().maxEntryBytes()).isEqualTo(BOUND / 2);
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> store.putAllIfAbsent(one(1, 60_000)));
        }
    }

    @Test
    void put_twoProcessesAndThreads_stayBelowTheBoundAndAnswerRight() throws Exception {
        String url = "files:" + folder + "?max-bytes=" + BOUND;
        ExecutorService threads = Executors.newFixedThreadPool(3);
        EntryCodec codec = new EntryCodec(null);
        // a writer may be one group past the bound: the child and three threads here
        long slack = 4 * (BOUND / 16 + 4096);
        try (CacheStore store = Stores.open(url);
                ChildStore child = ChildStore.start(url, 0, 60, 10)) {
            assertThat(child.awaitOpen()).isNull();
            List<Callable<Void>> writers = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                long from = 10_000L * (t + 1);
                writers.add(() -> {
                    for (long seed = from; seed < from + 300; seed += 10) {
                        store.putAllIfAbsent(TestEntries.batch(seed, seed + 10));
                        assertThat(bytes()).isLessThanOrEqualTo(BOUND + slack);
                        store.getAll(TestEntries.batch(seed - 20, seed).keySet())
                                .forEach((key, stored) ->
                                        assertThat(codec.decode(key, stored)).isInstanceOf(Lookup.Hit.class));
                    }
                    return null;
                });
            }
            for (Future<Void> writer : threads.invokeAll(writers)) {
                writer.get();
            }
            while (child.awaitAcknowledged() != null) {
                assertThat(bytes()).isLessThanOrEqualTo(BOUND + slack);
            }
            assertThat(child.awaitExit()).isZero();
            store.putAllIfAbsent(TestEntries.batch(90_000, 90_200));
            assertThat(bytes()).isLessThanOrEqualTo(BOUND);
        } finally {
            threads.shutdownNow();
        }
    }
}
