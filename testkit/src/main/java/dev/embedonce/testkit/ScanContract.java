package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.StoredInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Listing and counting. */
public interface ScanContract extends StoreFixture {
    private static Map<CacheKey, Stored.Sealed> grid() {
        Map<CacheKey, Stored.Sealed> grid = new LinkedHashMap<>();
        for (String model : List.of("model-a", "model-b", "model_%")) {
            for (String preproc : List.of("pre-a", "pre-b")) {
                for (int hash = 0; hash < 3; hash++) {
                    CacheKey key = new CacheKey(model, preproc, TestEntries.hash(hash));
                    grid.put(key, TestEntries.sealed(key, TestEntries.vector(grid.size(), 3 + grid.size())));
                }
            }
        }
        CacheKey link = new CacheKey("model-a", "pre-a", TestEntries.hash(9));
        grid.put(link, StoreAssertions.CODEC.encodeLink(link, TestEntries.hash(1), TestEntries.provenance(1)));
        return grid;
    }

    @Test
    default void scan_everySelection_listsExactlyWhatMatches() throws Exception {
        Map<CacheKey, Stored.Sealed> grid = grid();
        try (CacheStore store = open(newUrl())) {
            Instant before = Instant.now();
            store.putAllIfAbsent(grid);
            Instant after = Instant.now();
            List<@Nullable String> models = orNull(List.of("model-a", "model-b", "model_%", "model-", "absent"));
            List<@Nullable String> preprocs = orNull(List.of("pre-a", "absent"));
            List<@Nullable ContentHash> hashes =
                    orNull(List.of(TestEntries.hash(1), TestEntries.hash(9), TestEntries.hash(77)));
            for (@Nullable String model : models) {
                for (@Nullable String preproc : preprocs) {
                    for (@Nullable ContentHash hash : hashes) {
                        Selection selection = new Selection(model, preproc, hash);
                        List<StoredInfo> infos = list(store, selection);
                        assertThat(infos.stream().map(StoredInfo::key))
                                .as("%s", selection)
                                .containsExactlyInAnyOrderElementsOf(grid.keySet().stream()
                                        .filter(selection::matches)
                                        .toList());
                        for (StoredInfo info : infos) {
                            Stored.Sealed record = grid.get(info.key());
                            assertThat(info.sizeBytes()).isEqualTo(record == null ? -1 : record.sizeBytes());
                            // the store's clock may be another machine's, but not far off
                            assertThat(info.created())
                                    .isBetween(before.minus(Duration.ofMinutes(1)), after.plus(Duration.ofMinutes(1)));
                        }
                    }
                }
            }
        }
    }

    private static <T> List<@Nullable T> orNull(List<T> values) {
        List<@Nullable T> list = new ArrayList<>(values);
        list.add(null);
        return list;
    }

    @Test
    default void scan_end_isClear() throws Exception {
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, 2));
            StoreScan scan = store.scan(Selection.ALL);
            try (scan) {
                assertThat(scan.hasNext()).isTrue();
                assertThat(scan.hasNext()).isTrue();
                Set<CacheKey> keys = new HashSet<>();
                keys.add(scan.next().key());
                keys.add(scan.next().key());
                assertThat(keys).isEqualTo(TestEntries.batch(0, 2).keySet());
                assertThat(scan.hasNext()).isFalse();
                assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(scan::next);
            }
            scan.close();
        }
    }

    @Test
    default void scan_whileRemovingAndWriting_listsEveryUntouchedEntryOnce() throws Exception {
        long total = 3_000;
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, total));
            Set<CacheKey> seen = new HashSet<>();
            try (StoreScan scan = store.scan(Selection.ALL)) {
                while (scan.hasNext()) {
                    CacheKey key = scan.next().key();
                    if (TestEntries.batch(total, total + 30).containsKey(key)) {
                        continue; // put meanwhile: may or may not appear
                    }
                    assertThat(seen.add(key)).as("%s is listed once", key).isTrue();
                    if (seen.size() % 3 == 0) {
                        assertThat(store.removeAll(List.of(key))).isEqualTo(1);
                    }
                    if (seen.size() % 100 == 0) {
                        long next = total + seen.size() / 100 - 1;
                        store.putAllIfAbsent(TestEntries.batch(next, next + 1));
                    }
                }
            }
            assertThat(seen).isEqualTo(TestEntries.batch(0, total).keySet());
            assertThat(store.stats().entries()).isEqualTo(2_000 + 30);
        }
    }

    @Test
    default void scan_severalAtOnceAndLeftEarly_disturbNothing() throws Exception {
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(TestEntries.batch(0, 500));
            try (StoreScan one = store.scan(Selection.ALL);
                    StoreScan two = store.scan(Selection.ALL)) {
                one.next();
                two.next();
                two.next();
                assertThat(list(store, Selection.ALL)).hasSize(500);
                store.putAllIfAbsent(TestEntries.batch(500, 501));
                one.next();
            }
            assertThat(store.removeAll(TestEntries.batch(0, 501).keySet())).isEqualTo(501);
        }
    }

    @Test
    default void stats_countEntriesAndBytesByVersions() throws Exception {
        Map<CacheKey, Stored.Sealed> grid = grid();
        try (CacheStore store = open(newUrl())) {
            store.putAllIfAbsent(grid);
            assertStats(store, grid);
            store.putAllIfAbsent(grid);
            assertStats(store, grid);
            CacheKey replaced = new CacheKey("model-b", "pre-b", TestEntries.hash(0));
            grid.put(replaced, TestEntries.sealed(replaced, TestEntries.bundle(4, 2_000)));
            store.replaceAll(Map.of(replaced, grid.get(replaced)));
            assertStats(store, grid);
            List<CacheKey> gone = grid.keySet().stream()
                    .filter(key -> key.modelVersion().equals("model-a"))
                    .toList();
            store.removeAll(gone);
            gone.forEach(grid::remove);
            assertStats(store, grid);
            store.removeAll(grid.keySet());
            assertStats(store, Map.of());
        }
    }

    private static void assertStats(CacheStore store, Map<CacheKey, Stored.Sealed> expected) {
        StoreStats stats = store.stats();
        assertThat(stats.entries()).isEqualTo(expected.size());
        assertThat(stats.sizeBytes())
                .isEqualTo(expected.values().stream()
                        .mapToLong(Stored.Sealed::sizeBytes)
                        .sum());
        Map<String, List<Long>> sums = new LinkedHashMap<>();
        expected.forEach((key, record) -> sums.merge(
                key.modelVersion() + "|" + key.preprocVersion(),
                List.of(1L, record.sizeBytes()),
                (a, b) -> List.of(a.get(0) + b.get(0), a.get(1) + b.get(1))));
        Map<String, List<Long>> found = new LinkedHashMap<>();
        stats.versions()
                .forEach(v ->
                        found.put(v.modelVersion() + "|" + v.preprocVersion(), List.of(v.entries(), v.sizeBytes())));
        assertThat(found).isEqualTo(sums);
    }
}
