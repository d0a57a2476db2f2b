package dev.embedonce.cli.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.GarbageCollection.Policy;
import dev.embedonce.care.Transfer;
import dev.embedonce.care.Verification;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.UnsupportedFormatException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.table.Change;
import dev.embedonce.table.Part;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import dev.embedonce.testkit.TestEntries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant SINCE = Instant.parse("2021-01-01T00:00:00Z");
    private static final CacheKey LINK = TestEntries.key(100);

    @TempDir
    private Path folder = Path.of("");

    private LocalTable table = LocalTable.at(StoreUrl.parse("table:x"));
    private TableVersion version = table.table().version(TestEntries.MODEL, TestEntries.PREPROC);

    @BeforeEach
    void open() {
        table = LocalTable.at(StoreUrl.parse("table:" + folder.resolve("it's a [table]*")));
        version = table.table().version(TestEntries.MODEL, TestEntries.PREPROC);
    }

    private static Stored.Sealed link(long target) {
        return CODEC.encodeLink(LINK, TestEntries.hash(target), TestEntries.provenance(target));
    }

    /** A store with the entries of some seeds. */
    private static CacheStore store(long from, long to) {
        CacheStore store = new MemoryStore();
        store.putAllIfAbsent(TestEntries.batch(from, to));
        return store;
    }

    /** The same with a link to the first of them. */
    private static CacheStore linkedStore(long from, long to) {
        CacheStore store = store(from, to);
        store.putAllIfAbsent(Map.of(LINK, link(from)));
        return store;
    }

    private Transfer.Report exported(CacheStore store) throws IOException {
        return new StoreToTable(store, table, CODEC, CareProgress.NONE).run();
    }

    private Transfer.Report imported(CacheStore store) throws IOException {
        return new TableToStore(table, new Transfer(store, CODEC, CODEC, false), CareProgress.NONE).run();
    }

    private TableVerification.Report verified(boolean repair) throws IOException {
        return new TableVerification(table, CODEC, repair, 1, 1, CareProgress.NONE).run();
    }

    private List<Path> partFiles() throws IOException {
        return version.latest().parts().stream()
                .map(part -> table.files().resolve(version.path(part)))
                .toList();
    }

    /** Puts rows into the table as they are, as a publisher of bad faith would. */
    private void publish(TableRow... rows) throws IOException {
        try (Parts parts = new Parts(table, version)) {
            Part part = parts.write(List.of(rows));
            version.update(latest ->
                    latest.parts().contains(part) ? Change.NONE : new Change(Set.of(), List.of(part), Set.of()));
        }
    }

    private static TableRow zeroed(long seed) {
        TableRow sound = TableRow.of(
                TestEntries.hash(seed), TestEntries.sealed(TestEntries.key(seed), TestEntries.vector(seed, 16)));
        return new TableRow(sound.hash(), null, new float[16], null, sound.header());
    }

    @Test
    void exportAndImport_keepEveryRecordBitForBit() throws IOException {
        CacheStore store = linkedStore(0, 30);
        CacheKey longHash = TestEntries.key(0).withContentHash(TestEntries.hash(7, 64));
        CacheKey otherModel = new CacheKey("other model é@1", TestEntries.PREPROC, TestEntries.hash(0));
        store.putAllIfAbsent(Map.of(
                longHash, TestEntries.sealed(longHash, TestEntries.vector()),
                otherModel, TestEntries.sealed(otherModel, TestEntries.vector(1, 2, 3))));
        assertThat(exported(store)).isEqualTo(new Transfer.Report(33, 0, 0, 0));
        assertThat(table.table().versions()).hasSize(2);

        CacheStore copy = new MemoryStore();
        assertThat(imported(copy)).isEqualTo(new Transfer.Report(33, 0, 0, 0));

        List<CacheKey> keys = new ArrayList<>(TestEntries.batch(0, 30).keySet());
        keys.addAll(List.of(LINK, longHash, otherModel));
        assertThat(copy.getAll(keys)).hasSize(33).isEqualTo(store.getAll(keys));
        assertThat(imported(copy)).isEqualTo(new Transfer.Report(0, 33, 0, 0));
    }

    @Test
    void export_again_addsWhatIsNew() throws IOException {
        exported(store(0, 10));
        long before = version.latest().number();

        assertThat(exported(store(0, 10))).isEqualTo(new Transfer.Report(0, 10, 0, 0));
        assertThat(version.latest().number()).isEqualTo(before);
        assertThat(exported(store(5, 15))).isEqualTo(new Transfer.Report(5, 5, 0, 0));
        assertThat(version.latest().rows()).isEqualTo(15);
    }

    @Test
    void export_damagedEntriesAndLinksToThem_stayBehind() throws IOException {
        CacheStore store = linkedStore(0, 10);
        Stored.Sealed other = TestEntries.sealed(TestEntries.key(3), TestEntries.vector(3, 16));
        store.replaceAll(Map.of(TestEntries.key(0), other));

        assertThat(exported(store)).isEqualTo(new Transfer.Report(9, 0, 0, 2));
        assertThat(verified(false).rows().problemCount()).isZero();
    }

    @Test
    void export_ofTwoAtOnce_leavesOneRowAKey() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        CountDownLatch start = new CountDownLatch(2);
        try {
            List<Future<Transfer.Report>> both = new ArrayList<>();
            for (CacheStore store : List.of(linkedStore(0, 20), linkedStore(10, 30))) {
                both.add(pool.submit(() -> {
                    start.countDown();
                    start.await();
                    return exported(store);
                }));
            }
            long copied = both.get(0).get().copied() + both.get(1).get().copied();
            assertThat(copied).isEqualTo(31);
        } finally {
            pool.shutdownNow();
        }
        assertThat(version.latest().rows()).isEqualTo(31);
        Verification.Report report = verified(false).rows();
        assertThat(report.sound()).isEqualTo(30);
        assertThat(report.links()).isEqualTo(1);
        assertThat(imported(new MemoryStore()).copied()).isEqualTo(31);
    }

    /** Written by {@code scripts/golden-table}. */
    @ParameterizedTest
    @ValueSource(strings = {"snappy", "zstd"})
    void import_partsThatSparkWrote(String compression) throws IOException {
        Path part = table.files().resolve(version.folder() + "/parts/run=1/part-0." + compression + ".parquet");
        Files.createDirectories(part.getParent());
        try (var spark = TableTest.class.getResourceAsStream("spark-4.0.4." + compression + ".parquet")) {
            Files.write(part, Objects.requireNonNull(spark).readAllBytes());
        }
        String path = "parts/run=1/" + part.getFileName();
        version.update(latest -> latest.number() > 0
                ? Change.NONE
                : new Change(Set.of(), List.of(new Part(path, 11, Files.size(part), LONG_AGO)), Set.of()));

        CacheStore copy = new MemoryStore();
        assertThat(imported(copy)).isEqualTo(new Transfer.Report(11, 0, 0, 0));
        Map<CacheKey, Stored> expected = new LinkedHashMap<>(TestEntries.batch(0, 10));
        expected.put(LINK, link(0));
        assertThat(copy.getAll(expected.keySet())).isEqualTo(expected);
        assertThat(verified(false).rows().problemCount()).isZero();
    }

    @Test
    void others_readItThroughItsSnapshot() throws Exception {
        CacheStore store = new MemoryStore();
        for (long seed = 0; seed < 9; seed++) {
            CacheKey key = TestEntries.key(seed);
            store.putAllIfAbsent(Map.of(key, TestEntries.sealed(key, TestEntries.vector(1, 2, (float) seed))));
        }
        store.putAllIfAbsent(Map.of(LINK, link(0)));
        exported(store);
        String top = quoted(table.files().resolve(version.folder()));
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement sql = duckdb.createStatement()) {
            // as in docs/formats/table.md
            sql.execute("SET VARIABLE parts = (SELECT list('" + top + "/' || split_part(line, chr(9), 2)) FROM"
                    + " (SELECT unnest(string_split(content, chr(10))) AS line FROM (SELECT content FROM read_text('"
                    + top
                    + "/_snapshots/0*') ORDER BY filename DESC LIMIT 1)) WHERE line LIKE 'part' || chr(9) || '%')");
            try (ResultSet found = sql.executeQuery("SELECT count(*), count(DISTINCT hash), min(len(vector)),"
                    + " max(len(vector)), typeof(any_value(vector)), typeof(any_value(hash))"
                    + " FROM read_parquet(getvariable('parts')) WHERE vector IS NOT NULL")) {
                found.next();
                assertThat(found.getLong(1)).isEqualTo(9);
                assertThat(found.getLong(2)).isEqualTo(9);
                assertThat(found.getLong(3)).isEqualTo(3);
                assertThat(found.getLong(4)).isEqualTo(3);
                assertThat(found.getString(5)).isEqualTo("FLOAT[]");
                assertThat(found.getString(6)).isEqualTo("BLOB");
            }
        }
    }

    private static String quoted(Path path) {
        return path.toString().replaceAll("([\\[*?])", "[$1]").replace("'", "''");
    }

    @Test
    void damagedRow_isFound_neverImported_takenOut_andHealed() throws IOException {
        exported(store(1, 9));
        publish(zeroed(0), TableRow.of(LINK.contentHash(), link(0)));

        TableVerification.Report found = verified(false);
        assertThat(found.lost()).isEmpty();
        assertThat(found.rows().problems()).isEqualTo(Map.of(Corruption.CHECKSUM, 1L, Corruption.DANGLING_LINK, 1L));
        assertThat(found.rows().sound()).isEqualTo(8);
        assertThat(found.rows().listed())
                .extracting(Verification.Problem::key)
                .containsExactly(TestEntries.key(0), LINK);
        CacheStore copy = new MemoryStore();
        assertThat(imported(copy)).isEqualTo(new Transfer.Report(9, 0, 0, 1));
        assertThat(copy.getAll(List.of(TestEntries.key(0)))).isEmpty();

        assertThat(verified(true).rows().removed()).isEqualTo(2);
        assertThat(verified(false).rows()).satisfies(report -> {
            assertThat(report.problemCount()).isZero();
            assertThat(report.sound()).isEqualTo(8);
        });
        assertThat(exported(linkedStore(0, 9)).copied()).isEqualTo(2);
    }

    @Test
    void lostParts_areMisses_takenOut_andHealed() throws IOException {
        exported(store(0, 5));
        exported(store(5, 9));
        exported(store(10, 12));
        List<Path> files = partFiles();
        Files.delete(files.get(0));
        Files.write(files.get(1), new byte[100]);

        assertThat(imported(new MemoryStore())).isEqualTo(new Transfer.Report(2, 0, 0, 9));
        assertThatThrownBy(() -> exported(store(0, 12)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("verify --repair");
        TableVerification.Report found = verified(true);
        assertThat(found.lost()).hasSize(2);
        assertThat(found.rows().problems()).isEqualTo(Map.of(Corruption.DAMAGED, 9L));
        assertThat(found.rows().removed()).isEqualTo(9);
        assertThat(version.latest().rows()).isEqualTo(2);
        assertThat(exported(store(0, 9)).copied()).isEqualTo(9);
        assertThat(verified(false).rows().sound()).isEqualTo(11);
    }

    @Test
    void partWithFlippedBytes_givesNoWrongAnswer() throws IOException {
        CacheStore store = store(0, 9);
        exported(store);
        Path file = partFiles().get(0);
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 4; at < bytes.length; at += 97) {
            byte[] flipped = bytes.clone();
            flipped[at] ^= 0x10;
            Files.write(file, flipped);

            CacheStore copy = new MemoryStore();
            Transfer.Report report = imported(copy);
            assertThat(report.copied() + report.skipped()).as("byte %d", at).isEqualTo(9);
            Map<CacheKey, Stored> found = copy.getAll(TestEntries.batch(0, 9).keySet());
            assertThat(found).hasSize((int) report.copied());
            assertThat(store.getAll(found.keySet())).as("byte %d", at).isEqualTo(found);
        }
    }

    @Test
    void verify_ofAShare_choosesTheSameAgain() throws IOException {
        exported(store(0, 200));
        long checked = new TableVerification(table, CODEC, false, 0.5, 7, CareProgress.NONE)
                .run()
                .rows()
                .checked();
        assertThat(checked).isBetween(50L, 150L);
        assertThat(new TableVerification(table, CODEC, false, 0.5, 7, CareProgress.NONE)
                        .run()
                        .rows()
                        .checked())
                .isEqualTo(checked);
    }

    private static Optional<Policy> policy(@Nullable Instant olderThan, @Nullable Long maxBytes, Set<String> models) {
        return Optional.of(new Policy(Optional.ofNullable(olderThan), Optional.ofNullable(maxBytes), models));
    }

    private TableCollection collection(Optional<Policy> policy) {
        return new TableCollection(table, policy, SINCE);
    }

    /** Two parts, one long ago, to which a link in the other leads. */
    private void oldAndNewPart() throws IOException {
        exported(store(0, 5));
        Part young = version.latest().parts().get(0);
        Part old = new Part(young.path(), young.rows(), young.sizeBytes(), LONG_AGO);
        version.update(latest ->
                latest.parts().contains(old) ? Change.NONE : new Change(Set.of(young), List.of(old), Set.of()));
        exported(store(5, 8));
        publish(TableRow.of(LINK.contentHash(), link(0)));
    }

    @Test
    void gc_byAge_takesPartsOut_andLinksToThem() throws IOException {
        oldAndNewPart();
        TableCollection.Report plan = collection(policy(SINCE, null, Set.of())).plan();
        assertThat(plan.entries().entries()).isEqualTo(5);
        assertThat(plan.entries().keptEntries()).isEqualTo(4);
        assertThat(version.latest().rows()).isEqualTo(9);

        collection(policy(SINCE, null, Set.of())).run();

        assertThat(version.latest().rows()).isEqualTo(3);
        assertThat(verified(false).rows().problemCount()).isZero();
    }

    @Test
    void gc_byBytesAndModels_keepsTheNewest() throws IOException {
        oldAndNewPart();
        long newest = version.latest().parts().stream()
                .skip(1)
                .mapToLong(Part::sizeBytes)
                .sum();
        assertThat(collection(policy(null, newest, Set.of())).plan().entries().entries())
                .isEqualTo(5);
        assertThat(collection(policy(null, null, Set.of(TestEntries.MODEL)))
                        .plan()
                        .entries()
                        .entries())
                .isZero();
        assertThat(collection(policy(null, null, Set.of("other@1")))
                        .run()
                        .entries()
                        .entries())
                .isEqualTo(9);
        assertThat(version.latest().parts()).isEmpty();
        assertThat(imported(new MemoryStore())).isEqualTo(new Transfer.Report(0, 0, 0, 0));
    }

    @Test
    void gc_deletesFilesThatNobodyNeeds_onceTheyAreOld() throws IOException {
        exported(store(0, 5));
        try (Parts parts = new Parts(table, version)) {
            parts.write(List.of(zeroed(0))); // by a run that was killed
        }
        exported(store(5, 8));
        assertThat(collection(Optional.empty()).plan().files()).isZero();
        for (var file : table.files().list(version.folder())) {
            Path path = table.files().resolve(version.folder() + "/" + file.path());
            Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
        }

        assertThat(collection(Optional.empty()).plan().files()).isEqualTo(2);
        TableCollection.Report report = collection(Optional.empty()).run();

        assertThat(report.files()).isEqualTo(2);
        assertThat(report.fileBytes()).isPositive();
        assertThat(table.files().list(version.folder())).hasSize(3);
        assertThat(imported(new MemoryStore()).copied()).isEqualTo(8);
    }

    @Test
    void forget_leavesOutTheContentAndLinksToIt_andRunsAtWorkLeaveItOutToo() throws IOException {
        exported(linkedStore(0, 8));
        var before = version.latest();
        Set<ContentHash> contents = Set.of(TestEntries.hash(0), TestEntries.hash(50));

        assertThat(TableForgetting.run(table, "other@1", null, contents)).isZero();
        assertThat(TableForgetting.run(table, TestEntries.MODEL, null, contents))
                .isEqualTo(2);

        CacheStore copy = new MemoryStore();
        imported(copy);
        assertThat(copy.getAll(List.of(TestEntries.key(0), LINK))).isEmpty();
        assertThat(version.latest().rows()).isEqualTo(7);
        assertThat(version.latest().forgottenSince(before)).isEqualTo(contents);
    }

    @Test
    void noTable_andOtherFormats_areOneClearError() throws IOException {
        assertThatThrownBy(() -> imported(new MemoryStore()))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("there is no table in table:");
        exported(store(0, 3));
        Files.writeString(
                table.files().resolve(version.folder() + "/_snapshots/0000000009"), "embedonce-table\t2\nelse\n");
        assertThatThrownBy(() -> imported(new MemoryStore()))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("table format 2");
    }
}
