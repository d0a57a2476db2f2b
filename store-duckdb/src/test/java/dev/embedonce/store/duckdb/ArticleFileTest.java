package dev.embedonce.store.duckdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.Stores;
import dev.embedonce.testkit.TestEntries;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that the article's Python has made or changed, without Python: one that it made is a resource. */
class ArticleFileTest {
    private static final String MODEL = "facebook/dinov2-small";
    private static final String PREPROC = "resize224-imnet";
    private static final EntryCodec CODEC = new EntryCodec(null);

    @TempDir
    Path folder;

    private Path path = Path.of("");
    private final Map<CacheKey, Stored.Foreign> article = new LinkedHashMap<>();

    @BeforeEach
    void copyFixture() throws Exception {
        path = folder.resolve("article.duckdb");
        try (InputStream file = resource("article-1.5.2.duckdb");
                InputStream manifest = resource("article-1.5.2.tsv")) {
            Files.copy(file, path);
            for (String line : new String(manifest.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(l -> !l.startsWith("#"))
                    .toList()) {
                String[] fields = line.split("\t", -1);
                ByteBuffer vector = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
                for (String bits : fields[1].split(" ", -1)) {
                    vector.putInt(Integer.parseUnsignedInt(bits, 16));
                }
                Instant created = Instant.EPOCH.plusMillis(
                        new BigDecimal(fields[2]).movePointRight(3).longValueExact());
                article.put(key(fields[0]), new Stored.Foreign(vector.flip(), created));
            }
        }
        assertThat(article).hasSize(5);
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ArticleFileTest.class.getResourceAsStream("/" + name), name);
    }

    private static CacheKey key(String hash) {
        return new CacheKey(MODEL, PREPROC, new ContentHash(hash));
    }

    private CacheStore open() {
        return Stores.open("duckdb:" + path);
    }

    /** What somebody does to the file while we do not have it open. */
    private List<List<Object>> elsewhere(String... statements) throws Exception {
        List<List<Object>> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + path);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                if (!statement.execute(sql)) {
                    continue;
                }
                rows.clear();
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        List<Object> row = new ArrayList<>();
                        for (int c = 1; c <= result.getMetaData().getColumnCount(); c++) {
                            row.add(String.valueOf(result.getObject(c)));
                        }
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }

    private static List<StoredInfo> list(CacheStore store) {
        List<StoredInfo> infos = new ArrayList<>();
        try (StoreScan scan = store.scan(Selection.ALL)) {
            scan.forEachRemaining(infos::add);
        }
        return infos;
    }

    @Test
    void getAll_fileMadeByPython_isForeignBitForBit() {
        try (CacheStore store = open()) {
            Map<CacheKey, Stored> found = store.getAll(article.keySet());
            assertThat(found).isEqualTo(article);
            found.forEach((key, stored) -> assertThat(CODEC.decode(key, stored)).isInstanceOf(Lookup.Foreign.class));
            assertThat(list(store))
                    .containsExactlyInAnyOrderElementsOf(article.entrySet().stream()
                            .map(row -> new StoredInfo(
                                    row.getKey(), 16, row.getValue().created()))
                            .toList());
            assertThat(store.stats().versions()).containsExactly(new StoreStats.VersionStats(MODEL, PREPROC, 5, 80));
        }
    }

    @Test
    void open_fileMadeByPython_leavesItsTableAsItWas() throws Exception {
        String rows = "SELECT *, rowid FROM embeddings ORDER BY ALL";
        String shape =
                "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = 'embeddings'"
                        + " ORDER BY column_index";
        String unique = "SELECT constraint_type, constraint_column_names FROM duckdb_constraints()"
                + " WHERE table_name = 'embeddings' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')"
                + " UNION ALL SELECT 'UNIQUE', [index_name] FROM duckdb_indexes()"
                + " WHERE table_name = 'embeddings' AND is_unique";
        List<List<Object>> rowsBefore = elsewhere(rows);
        List<List<Object>> shapeBefore = elsewhere(shape);
        List<List<Object>> uniqueBefore = elsewhere(unique);
        try (CacheStore store = open()) {
            CacheKey link = key("ab".repeat(32));
            CacheKey bundle = key("cd".repeat(32));
            store.putAllIfAbsent(Map.of(
                    link,
                    CODEC.encodeLink(link, new ContentHash("ef".repeat(32)), TestEntries.provenance(1)),
                    bundle,
                    TestEntries.sealed(bundle, TestEntries.bundle(1, 100))));
            store.addCounters(Map.of("n", 1L));
        }
        assertThat(rowsBefore).hasSize(5);
        assertThat(elsewhere(rows)).isEqualTo(rowsBefore);
        assertThat(elsewhere(shape)).isEqualTo(shapeBefore).hasSize(6);
        assertThat(elsewhere(unique)).isEqualTo(uniqueBefore).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void put_overForeignRows_keepsThemUntilTheyAreReplaced(boolean bundle) {
        CacheKey taken = article.keySet().iterator().next();
        CacheKey free = key("ab".repeat(32));
        try (CacheStore store = open()) {
            Map<CacheKey, Stored.Sealed> records = new LinkedHashMap<>();
            for (CacheKey key : List.of(taken, free)) {
                records.put(
                        key, TestEntries.sealed(key, bundle ? TestEntries.bundle(1, 60) : TestEntries.vector(1, 4)));
            }
            assertThat(store.putAllIfAbsent(records)).containsExactly(taken);
            assertThat(store.getAll(List.of(taken))).isEqualTo(Map.of(taken, article.get(taken)));
            assertThat(store.stats().entries()).isEqualTo(6);
            store.replaceAll(records);
            assertThat(store.getAll(records.keySet())).isEqualTo(records);
            assertThat(store.stats().entries()).isEqualTo(6);
            assertThat(store.removeAll(records.keySet())).isEqualTo(2);
            assertThat(store.stats().entries()).isEqualTo(4);
        }
    }

    /** The six-value INSERT OR REPLACE, over and beside rows of ours. */
    @Test
    void getAll_ourRowReplacedElsewhere_isForeign() throws Exception {
        CacheKey vector = key("ab".repeat(32));
        CacheKey bundle = key("cd".repeat(32));
        Stored.Sealed bundleRecord = TestEntries.sealed(bundle, TestEntries.bundle(1, 100));
        try (CacheStore store = open()) {
            store.putAllIfAbsent(
                    Map.of(vector, TestEntries.sealed(vector, TestEntries.vector(1, 4)), bundle, bundleRecord));
        }
        for (CacheKey key : List.of(vector, bundle)) {
            elsewhere("INSERT OR REPLACE INTO embeddings VALUES ('" + MODEL + "', '" + PREPROC + "', '"
                    + key.contentHash() + "', 2, '\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08'::BLOB, 1767225600.5)");
        }
        try (CacheStore store = open()) {
            Map<CacheKey, Stored> found = store.getAll(List.of(vector, bundle));
            assertThat(found.get(vector))
                    .isEqualTo(new Stored.Foreign(
                            ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
                            Instant.parse("2026-01-01T00:00:00.5Z")));
            // where a bundle of ours is, the other program's row is not what was asked for
            assertThat(found.get(bundle)).isEqualTo(bundleRecord);
            assertThat(list(store).stream().map(StoredInfo::key)).hasSize(7).doesNotHaveDuplicates();
            assertThat(list(store).stream().filter(info -> info.key().equals(vector)))
                    .allSatisfy(info -> assertThat(info.sizeBytes()).isEqualTo(8));
            assertThat(store.stats().entries()).isEqualTo(7);
            assertThat(store.removeAll(List.of(vector, bundle))).isEqualTo(2);
            assertThat(store.getAll(List.of(vector, bundle))).isEmpty();
        }
        assertThat(elsewhere("SELECT count(*) FROM embeddings")).isEqualTo(List.of(List.of("5")));
    }

    /** Our row, deleted by somebody who does not know of our header, and perhaps written anew by us. */
    @Test
    void put_headerWithoutItsRow_isAbsentAndWritable() throws Exception {
        Map<CacheKey, Stored.Sealed> batch = TestEntries.batch(0, 30);
        try (CacheStore store = open()) {
            store.putAllIfAbsent(batch);
        }
        elsewhere("DELETE FROM embeddings WHERE model_version = '" + TestEntries.MODEL + "'");
        try (CacheStore store = open()) {
            Set<CacheKey> bundles = store.getAll(batch.keySet()).keySet();
            assertThat(bundles).hasSize(3); // each tenth of a batch
            assertThat(store.stats().entries()).isEqualTo(5 + 3);
            assertThat(list(store)).hasSize(5 + 3);
            assertThat(store.removeAll(List.of(TestEntries.key(0)))).isZero();
            assertThat(store.putAllIfAbsent(batch)).isEqualTo(bundles);
            assertThat(store.getAll(batch.keySet())).isEqualTo(batch);
        }
    }

    /** The article's row 4: the vector is overwritten with zeros, the rest of the row stays. */
    @Test
    void getAll_ourVectorZeroedElsewhere_isCorrupt() throws Exception {
        CacheKey key = key("ab".repeat(32));
        try (CacheStore store = open()) {
            store.putAllIfAbsent(Map.of(key, TestEntries.sealed(key, TestEntries.vector(1, 2))));
        }
        elsewhere("UPDATE embeddings SET vec = repeat('\\x00'::BLOB, 8) WHERE content_hash = '" + key.contentHash()
                + "'");
        try (CacheStore store = open()) {
            assertThat(CODEC.decode(key, stored(store, key)))
                    .isInstanceOfSatisfying(
                            Lookup.Corrupt.class,
                            corrupt -> assertThat(corrupt.reason()).isEqualTo(Corruption.CHECKSUM));
            assertThat(store.putAllIfAbsent(Map.of(key, TestEntries.sealed(key, TestEntries.vector(1, 2)))))
                    .containsExactly(key);
        }
    }

    @Test
    void getAll_dimensionThatDoesNotFit_isDamaged() throws Exception {
        CacheKey ours = key("ab".repeat(32));
        CacheKey theirs = article.keySet().iterator().next();
        try (CacheStore store = open()) {
            store.putAllIfAbsent(Map.of(ours, TestEntries.sealed(ours, TestEntries.vector(1, 2))));
        }
        for (String dim : List.of("1", "3", "-2", "0", "1073741826")) {
            elsewhere("UPDATE embeddings SET dim = " + dim + " WHERE content_hash IN ('" + ours.contentHash() + "', '"
                    + theirs.contentHash() + "')");
            try (CacheStore store = open()) {
                for (CacheKey key : List.of(ours, theirs)) {
                    assertThat(stored(store, key))
                            .isInstanceOfSatisfying(
                                    Stored.Damaged.class,
                                    damaged -> assertThat(damaged.reason()).contains(dim + " dimensions"));
                }
                assertThat(list(store)).hasSize(6);
            }
        }
        try (CacheStore store = open()) {
            Map<CacheKey, Stored.Sealed> healed = Map.of(theirs, TestEntries.sealed(theirs, TestEntries.vector(1, 4)));
            store.replaceAll(healed);
            assertThat(store.getAll(healed.keySet())).isEqualTo(healed);
        }
    }

    private static Stored stored(CacheStore store, CacheKey key) {
        return Objects.requireNonNull(store.getAll(List.of(key)).get(key));
    }

    @Test
    void getAll_payloadDeletedElsewhere_isDamagedAndHealed() throws Exception {
        CacheKey key = key("ab".repeat(32));
        Map<CacheKey, Stored.Sealed> records = Map.of(key, TestEntries.sealed(key, TestEntries.bundle(1, 100)));
        try (CacheStore store = open()) {
            store.putAllIfAbsent(records);
        }
        elsewhere("DELETE FROM embedonce_payloads");
        try (CacheStore store = open()) {
            assertThat(stored(store, key)).isInstanceOf(Stored.Damaged.class);
            assertThat(store.putAllIfAbsent(records)).containsExactly(key);
            store.replaceAll(records);
            assertThat(store.getAll(List.of(key))).isEqualTo(records);
        }
    }

    /** Such as the article's own perceptual-hash runs leave: they are nobody's keys here, and disturb nothing. */
    @Test
    void scan_rowsWhoseKeysCannotBeOurs_areNotListed() throws Exception {
        List<String> hashes = List.of("c3d4e5f60718293a", "not a hash", "AB".repeat(32), "ab".repeat(65), "");
        for (String hash : hashes) {
            elsewhere("INSERT OR REPLACE INTO embeddings VALUES ('" + MODEL + "', '" + PREPROC + "', '" + hash
                    + "', 1, '\\x00\\x00\\x00\\x00'::BLOB, 0)");
        }
        for (String version : List.of("unknown", "", " ", "a\nb")) {
            elsewhere("INSERT OR REPLACE INTO embeddings VALUES ('" + version + "', 'p', '" + "ab".repeat(32)
                    + "', 1, '\\x00\\x00\\x00\\x00'::BLOB, 0)");
        }
        elsewhere("INSERT OR REPLACE INTO embeddings VALUES ('m', 'p', '" + "ab".repeat(32)
                + "', 1, '\\x00\\x00\\x00\\x00'::BLOB, 'nan'::DOUBLE)");
        try (CacheStore store = open()) {
            assertThat(list(store)).hasSize(6);
            assertThat(list(store).stream()
                            .filter(info -> info.key().modelVersion().equals("m")))
                    .allSatisfy(info -> assertThat(info.created()).isEqualTo(Instant.EPOCH));
            assertThat(store.stats().entries()).isEqualTo(6);
            assertThat(store.getAll(article.keySet())).isEqualTo(article);
        }
        assertThat(elsewhere("SELECT count(*) FROM embeddings")).isEqualTo(List.of(List.of("15")));
    }

    @Test
    void open_otherTableOfThatName_isRefusedAndLeftAlone() throws Exception {
        String columns = "model_version VARCHAR, preproc_version VARCHAR, content_hash VARCHAR, dim INTEGER, vec BLOB,"
                + " created_ts DOUBLE";
        String key = ", PRIMARY KEY (model_version, preproc_version, content_hash)";
        for (String other : List.of("id INTEGER, text VARCHAR", columns, columns + ", crc INTEGER" + key)) {
            elsewhere("CREATE OR REPLACE TABLE embeddings (" + other + ")");
            List<List<Object>> before = elsewhere("SELECT sql FROM duckdb_tables()");
            assertThatExceptionOfType(StoreUnavailableException.class)
                    .isThrownBy(this::open)
                    .withMessageContaining(path.toString())
                    .withMessageContaining("not a cache");
            assertThat(elsewhere("SELECT sql FROM duckdb_tables()")).isEqualTo(before);
        }
    }

    @Test
    void open_newerLayout_isRefused() throws Exception {
        open().close();
        elsewhere("UPDATE embedonce_format SET version = 2");
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(this::open)
                .withMessageContaining(path.toString())
                .withMessageContaining("version 2");
    }
}
