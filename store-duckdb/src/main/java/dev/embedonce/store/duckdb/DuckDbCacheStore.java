package dev.embedonce.store.duckdb;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.support.EntrySizes;
import dev.embedonce.store.support.OpenGuard;
import dev.embedonce.store.support.PagedScan;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records in a DuckDB file whose vectors the article's Python class reads and writes; {@link Schema} says where
 * what stands. One process at a time: a second one is refused. Thread-safe; {@link #close} waits for calls in progress.
 */
public final class DuckDbCacheStore implements CacheStore {
    /** What an {@code Entry} can hold at most. */
    static final long MAX_ENTRY_BYTES = Integer.MAX_VALUE - 65_536L;

    /**
     * Finds the rows of a batch in the article's table. Only the content hash is compared by {@code =}: a second {@code
     * =} would be pushed into the table as a second filter, and then DuckDB scans the table instead of using the index.
     */
    private static final String ROW_OF_KEY = Schema.EMBEDDINGS + " e ON e.content_hash = k.content_hash"
            + " AND e.model_version IS NOT DISTINCT FROM k.model_version"
            + " AND e.preproc_version IS NOT DISTINCT FROM k.preproc_version";

    private static final String JOINS = " FROM " + Keys.RELATION + " LEFT JOIN " + ROW_OF_KEY + " LEFT JOIN "
            + Schema.HEADERS + " h ON h.key_id = k.key_id";

    private static final String LOOK_UP =
            "SELECT k.ord, e.dim, e.created_ts, e.vec, h.created_ts, h.apart, h.header" + JOINS;

    private static final String PAYLOADS =
            "SELECT k.ord, p.payload FROM " + Keys.RELATION + " JOIN " + Schema.PAYLOADS + " p ON p.key_id = k.key_id";

    private static final String PRESENT = "SELECT k.ord" + JOINS + " WHERE e.dim IS NOT NULL OR h.apart";

    private static final String HIDDEN = "SELECT count(*) > 0 FROM " + Keys.RELATION + " JOIN " + Schema.EMBEDDINGS
            + " e ON e.content_hash IS NOT DISTINCT FROM k.content_hash"
            + " AND e.model_version IS NOT DISTINCT FROM k.model_version"
            + " AND e.preproc_version IS NOT DISTINCT FROM k.preproc_version";

    private static final List<String> DELETES = List.of(
            "DELETE FROM " + Schema.EMBEDDINGS + " WHERE rowid IN (SELECT e.rowid FROM " + Keys.RELATION + " JOIN "
                    + ROW_OF_KEY + ")",
            "DELETE FROM " + Schema.HEADERS + " WHERE key_id IN (SELECT key_id FROM " + Keys.RELATION + ")",
            "DELETE FROM " + Schema.PAYLOADS + " WHERE key_id IN (SELECT key_id FROM " + Keys.RELATION + ")");

    private final DuckDbFile file;
    private final Clock clock;
    private final ReadWriteLock lifecycle = new ReentrantReadWriteLock();
    private final Set<DuckDbPages> scans = ConcurrentHashMap.newKeySet();
    private final OpenGuard guard;

    DuckDbCacheStore(DuckDbFile file, Clock clock) {
        this.file = file;
        this.guard = new OpenGuard(description());
        this.clock = clock;
    }

    @Override
    public String description() {
        return "duckdb:" + file.path();
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, false, MAX_ENTRY_BYTES);
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        Keys batch = new Keys(keys);
        return whileOpen(() -> batch.isEmpty() ? Map.of() : file.read(session -> lookUp(session, batch)));
    }

    private static Map<CacheKey, Stored> lookUp(Session session, Keys batch) throws SQLException {
        Map<CacheKey, Stored> found = new HashMap<>(batch.list().size() * 2);
        Map<CacheKey, byte[]> apart = rows(session, batch, found);
        if (!apart.isEmpty()) {
            // header and payload of one moment: in between, another thread may replace both
            session.execute("BEGIN TRANSACTION");
            payloads(session, rows(session, new Keys(apart.keySet()), found), found);
            session.execute("COMMIT");
        }
        return found;
    }

    /** Adds what stands in the article's table to {@code found}; returns the headers whose data stands apart. */
    private static Map<CacheKey, byte[]> rows(Session session, Keys batch, Map<CacheKey, Stored> found)
            throws SQLException {
        Map<CacheKey, byte[]> apart = new HashMap<>();
        try (ResultSet rows = batch.bind(session, LOOK_UP).executeQuery()) {
            while (rows.next()) {
                CacheKey key = batch.list().get(rows.getInt(1));
                byte[] header = rows.getBytes(7);
                if (header != null && rows.getBoolean(6)) {
                    apart.put(key, header);
                    continue;
                }
                byte[] vector = rows.getBytes(4);
                if (vector != null) {
                    found.put(key, row(rows.getInt(2), rows.getDouble(3), vector, rows.getDouble(5), header));
                }
            }
        }
        return apart;
    }

    /**
     * A row of the article's table.
     *
     * @param remembered when our row was written, if {@code header} is there
     */
    private static Stored row(int dim, double created, byte[] vector, double remembered, byte @Nullable [] header) {
        if ((long) dim * Float.BYTES != vector.length) {
            return new Stored.Damaged("the row says " + dim + " dimensions and has " + vector.length + " bytes");
        }
        return header != null && created == remembered
                ? new Stored.Sealed(header, vector)
                : new Stored.Foreign(ByteBuffer.wrap(vector), DuckDbPages.instant(created));
    }

    private static void payloads(Session session, Map<CacheKey, byte[]> headers, Map<CacheKey, Stored> found)
            throws SQLException {
        Keys batch = new Keys(headers.keySet());
        try (ResultSet rows = batch.bind(session, PAYLOADS).executeQuery()) {
            while (rows.next()) {
                CacheKey key = batch.list().get(rows.getInt(1));
                byte[] header = headers.remove(key);
                if (header != null) {
                    found.put(key, BlobLayout.record(ByteBuffer.wrap(header), ByteBuffer.wrap(rows.getBytes(2))));
                }
            }
        }
        headers.keySet().forEach(key -> found.put(key, new Stored.Damaged("the header is there without its data")));
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        EntrySizes.require(this, records);
        return whileOpen(() -> {
            if (records.isEmpty()) {
                return Set.of();
            }
            List<Row> rows = Row.of(records);
            try {
                return file.write(session -> {
                    // most batches are all new; a vector that is there is refused by a primary key, other kinds only by
                    // looking
                    List<CacheKey> apart =
                            rows.stream().filter(Row::apart).map(Row::key).toList();
                    Set<CacheKey> present = present(session, new Keys(apart));
                    Row.append(session, rows, present, now());
                    return present;
                });
            } catch (DuckDbFile.DuplicateKeyException e) {
                return writeOverIndex(session -> {
                    Set<CacheKey> present = present(session, new Keys(records.keySet()));
                    Set<CacheKey> absent = new HashSet<>(records.keySet());
                    absent.removeAll(present);
                    // a header may be left of a row that somebody else has deleted
                    delete(session, new Keys(absent));
                    Row.append(session, rows, present, now());
                    return present;
                });
            }
        });
    }

    /**
     * Runs a change that inserts only what it has not found. If that is refused as a duplicate, the index has not shown
     * a row that is there ({@link Schema#rebuildIndex}); then it is made anew and the change tried again.
     */
    private <T> T writeOverIndex(DuckDbFile.Work<T> change) {
        try {
            return file.write(change);
        } catch (DuckDbFile.DuplicateKeyException e) {
            rebuildIndex();
            return file.write(change);
        }
    }

    private static Set<CacheKey> present(Session session, Keys batch) throws SQLException {
        Set<CacheKey> present = new HashSet<>();
        if (!batch.isEmpty()) {
            try (ResultSet rows = batch.bind(session, PRESENT).executeQuery()) {
                while (rows.next()) {
                    present.add(batch.list().get(rows.getInt(1)));
                }
            }
        }
        return present;
    }

    private static void delete(Session session, Keys batch) throws SQLException {
        if (!batch.isEmpty()) {
            for (String delete : DELETES) {
                batch.bind(session, delete).executeUpdate();
            }
        }
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        EntrySizes.require(this, records);
        whileOpen(() -> records.isEmpty()
                ? 0
                : writeOverIndex(session -> {
                    delete(session, new Keys(records.keySet()));
                    Row.append(session, Row.of(records), Set.of(), now());
                    return records.size();
                }));
    }

    /** Seconds since 1970 as the article's Python writes them, to the microsecond. */
    private double now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()) / 1e6;
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        Keys batch = new Keys(keys);
        return whileOpen(() -> {
            if (batch.isEmpty()) {
                return 0L;
            }
            // fewer than asked for: either they are not there, or the index does not show them
            long removed = file.write(session -> remove(session, batch));
            if (removed < batch.list().size() && file.read(session -> hasHiddenRows(session, batch))) {
                rebuildIndex();
                removed += file.write(session -> remove(session, batch));
            }
            return removed;
        });
    }

    private static long remove(Session session, Keys batch) throws SQLException {
        long present = present(session, batch).size();
        delete(session, batch);
        return present;
    }

    /** Whether the table still has rows of the batch: looks at all of it, not at the index. */
    private static boolean hasHiddenRows(Session session, Keys batch) throws SQLException {
        try (ResultSet row = batch.bind(session, HIDDEN).executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private void rebuildIndex() {
        file.write(session -> {
            Schema.rebuildIndex(session);
            return true;
        });
    }

    @Override
    public StoreScan scan(Selection selection) {
        return new PagedScan(guard, whileOpen(() -> DuckDbPages.open(this, file, selection)));
    }

    @Override
    public StoreStats stats() {
        return whileOpen(() -> file.read(session -> StoreStats.of(DuckDbPages.versions(session))));
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        whileOpen(() -> deltas.isEmpty()
                ? 0
                : file.write(session -> {
                    PreparedStatement add = session.prepare("INSERT INTO " + Schema.COUNTERS + " AS c VALUES (?, ?)"
                            + " ON CONFLICT (name) DO UPDATE SET total = c.total + excluded.total");
                    for (Map.Entry<String, Long> delta : deltas.entrySet()) {
                        add.setString(1, delta.getKey());
                        add.setLong(2, delta.getValue());
                        add.executeUpdate();
                    }
                    return deltas.size();
                }));
    }

    @Override
    public Map<String, Long> counters() {
        return whileOpen(() -> file.read(session -> {
            Map<String, Long> counters = new HashMap<>();
            try (ResultSet rows = session.prepare("SELECT name, total FROM " + Schema.COUNTERS)
                    .executeQuery()) {
                while (rows.next()) {
                    counters.put(rows.getString(1), rows.getLong(2));
                }
            }
            return counters;
        }));
    }

    /** Does {@code call} unless this handle is closed, and keeps it from being closed meanwhile. */
    <T> T whileOpen(Supplier<T> call) {
        lifecycle.readLock().lock();
        try {
            guard.requireOpen();
            return call.get();
        } finally {
            lifecycle.readLock().unlock();
        }
    }

    void opened(DuckDbPages scan) {
        scans.add(scan);
    }

    void ended(DuckDbPages scan) {
        scans.remove(scan);
    }

    @Override
    public void close() {
        lifecycle.writeLock().lock();
        try {
            guard.close(() -> {
                new ArrayList<>(scans).forEach(DuckDbPages::close);
                file.release();
            });
        } finally {
            lifecycle.writeLock().unlock();
        }
    }
}
