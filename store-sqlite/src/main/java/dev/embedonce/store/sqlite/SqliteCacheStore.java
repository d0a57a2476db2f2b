package dev.embedonce.store.sqlite;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.sqlite.Namespaces.Versions;
import dev.embedonce.store.support.EntrySizes;
import dev.embedonce.store.support.PagedScan;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps entries in one SQLite file, in its write-ahead log mode: any number of threads and processes read while one of
 * them writes. What a write has acknowledged survives the death of the process, and with {@link SqliteOptions#fsync}
 * the loss of power. The tables are {@link Schema}'s. Thread-safe.
 */
public final class SqliteCacheStore implements CacheStore {
    /** A JVM array cannot be larger than 2 GiB, and a bundle is laid out with a header of its own. */
    static final long MAX_ENTRY_BYTES = Integer.MAX_VALUE - (16L << 20);

    private static final String ADD_TO_SUMS =
            "UPDATE namespaces SET entries = entries + ?, bytes = bytes + ? WHERE id = ?";

    private final Path file;
    private final Sessions sessions;
    private final Namespaces namespaces;
    private final SqliteLeases leases;

    private SqliteCacheStore(Path file, SqliteOptions options) {
        this.file = file;
        this.sessions = new Sessions(file, options);
        this.namespaces = new Namespaces(sessions);
        this.leases = new SqliteLeases(sessions, namespaces);
    }

    /** Opens the store in {@code file}, creating it and its folder if needed. */
    static SqliteCacheStore open(Path file, SqliteOptions options) {
        Path absolute = file.toAbsolutePath().normalize();
        Schema.prepare(absolute, options);
        return new SqliteCacheStore(absolute, options);
    }

    @Override
    public String description() {
        return "sqlite:" + file;
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, MAX_ENTRY_BYTES);
    }

    /** Keys in the order of the index: neighbours lie on one page, which is then read, or written, once. */
    private static List<CacheKey> sorted(Collection<CacheKey> keys) {
        List<CacheKey> sorted = new ArrayList<>(keys);
        if (sorted.size() > 1) {
            sorted.sort(Comparator.comparing((CacheKey key) -> key.contentHash().hex())
                    .thenComparing(CacheKey::modelVersion)
                    .thenComparing(CacheKey::preprocVersion));
        }
        return sorted;
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        if (keys.isEmpty()) {
            sessions.requireOpen();
            return Map.of();
        }
        return sessions.read("reading " + keys.size() + " entries", session -> {
            Map<CacheKey, Stored> found = new HashMap<>(keys.size() * 4 / 3 + 1);
            for (Map.Entry<Versions, List<CacheKey>> group : byVersions(keys).entrySet()) {
                Long namespace = namespaces.find(session, group.getKey());
                if (namespace != null) {
                    Rows.find(session, namespace, group.getValue(), found);
                }
            }
            return found;
        });
    }

    private static Map<Versions, List<CacheKey>> byVersions(Collection<CacheKey> keys) {
        Map<Versions, List<CacheKey>> groups = new LinkedHashMap<>();
        CacheKey before = null;
        for (CacheKey key : sorted(keys)) {
            if (!key.equals(before)) { // a duplicate
                groups.computeIfAbsent(Versions.of(key), v -> new ArrayList<>()).add(key);
            }
            before = key;
        }
        return groups;
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        if (records.isEmpty()) {
            sessions.requireOpen();
            return Set.of();
        }
        EntrySizes.require(this, records);
        Map<Versions, Long> ids = namespaces.ensure(records.keySet());
        return sessions.write("storing " + records.size() + " entries", session -> {
            Set<CacheKey> present = new HashSet<>();
            Sums sums = new Sums();
            long now = session.now();
            for (CacheKey key : sorted(records.keySet())) {
                long namespace = id(ids, key);
                Stored.Sealed record = record(records, key);
                if (Rows.insert(session, namespace, key, record, now)) {
                    sums.add(namespace, 1, record.sizeBytes());
                } else {
                    present.add(key);
                }
            }
            sums.write(session);
            return present;
        });
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        if (records.isEmpty()) {
            sessions.requireOpen();
            return;
        }
        EntrySizes.require(this, records);
        Map<Versions, Long> ids = namespaces.ensure(records.keySet());
        sessions.write("replacing " + records.size() + " entries", session -> {
            Sums sums = new Sums();
            long now = session.now();
            for (CacheKey key : sorted(records.keySet())) {
                long namespace = id(ids, key);
                Stored.Sealed record = record(records, key);
                if (Rows.insert(session, namespace, key, record, now)) {
                    sums.add(namespace, 1, record.sizeBytes());
                } else {
                    long before = Rows.update(session, namespace, key, record, now);
                    sums.add(namespace, 0, record.sizeBytes() - before);
                }
            }
            sums.write(session);
            return records.size();
        });
    }

    private static Stored.Sealed record(Map<CacheKey, Stored.Sealed> records, CacheKey key) {
        Stored.Sealed record = records.get(key);
        if (record == null) {
            throw new IllegalArgumentException("the batch changed while it was being stored");
        }
        return record;
    }

    private static long id(Map<Versions, Long> ids, CacheKey key) {
        Long id = ids.get(Versions.of(key));
        if (id == null) {
            throw new IllegalArgumentException("the batch changed while it was being stored");
        }
        return id;
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        if (keys.isEmpty()) {
            sessions.requireOpen();
            return 0;
        }
        return sessions.write("removing " + keys.size() + " entries", session -> {
            Sums sums = new Sums();
            long removed = 0;
            for (CacheKey key : sorted(keys)) {
                Long namespace = namespaces.find(session, Versions.of(key));
                if (namespace == null) {
                    continue;
                }
                long size = Rows.delete(session, namespace, key);
                if (size >= 0) {
                    sums.add(namespace, -1, -size);
                    removed++;
                }
            }
            sums.write(session);
            return removed;
        });
    }

    /** What a write adds to each namespace's counts. */
    private static final class Sums {
        private final Map<Long, long[]> deltas = new HashMap<>();

        void add(long namespace, long entries, long bytes) {
            long[] delta = deltas.computeIfAbsent(namespace, n -> new long[2]);
            delta[0] += entries;
            delta[1] += bytes;
        }

        void write(Session session) throws SQLException {
            PreparedStatement update = session.prepared(ADD_TO_SUMS);
            for (Map.Entry<Long, long[]> delta : deltas.entrySet()) {
                update.setLong(1, delta.getValue()[0]);
                update.setLong(2, delta.getValue()[1]);
                update.setLong(3, delta.getKey());
                update.executeUpdate();
            }
        }
    }

    @Override
    public StoreScan scan(Selection selection) {
        sessions.requireOpen();
        return new PagedScan(sessions.guard(), new SqlitePages(sessions, selection));
    }

    @Override
    public StoreStats stats() {
        return sessions.read("counting", session -> {
            List<StoreStats.VersionStats> versions = new ArrayList<>();
            try (ResultSet rows = session.prepared(
                            "SELECT model_version, preproc_version, entries, bytes FROM namespaces WHERE entries > 0")
                    .executeQuery()) {
                while (rows.next()) {
                    versions.add(new StoreStats.VersionStats(
                            rows.getString(1), rows.getString(2), rows.getLong(3), rows.getLong(4)));
                }
            }
            return StoreStats.of(versions);
        });
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        if (deltas.isEmpty()) {
            sessions.requireOpen();
            return;
        }
        sessions.write("adding to counters", session -> {
            PreparedStatement add = session.prepared("INSERT INTO counters(name, value) VALUES(?, ?)"
                    + " ON CONFLICT(name) DO UPDATE SET value = value + excluded.value");
            for (Map.Entry<String, Long> delta : deltas.entrySet()) {
                add.setString(1, delta.getKey());
                add.setLong(2, delta.getValue());
                add.executeUpdate();
            }
            return deltas.size();
        });
    }

    @Override
    public Map<String, Long> counters() {
        return sessions.read("reading counters", session -> {
            Map<String, Long> counters = new HashMap<>();
            try (ResultSet rows =
                    session.prepared("SELECT name, value FROM counters").executeQuery()) {
                while (rows.next()) {
                    counters.put(rows.getString(1), rows.getLong(2));
                }
            }
            return counters;
        });
    }

    @Override
    public Optional<LeaseTable> leases() {
        return Optional.of(leases);
    }

    /** Moves the log into the file as far as other processes' readers allow. */
    @Override
    public void close() {
        sessions.close();
    }
}
