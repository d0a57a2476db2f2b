package dev.embedonce.store.postgres;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.support.EntrySizes;
import dev.embedonce.store.support.OpenGuard;
import dev.embedonce.store.support.PagedScan;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A PostgreSQL database as a store; {@link Schema} says in which tables. Thread-safe. */
public final class PostgresCacheStore implements CacheStore {
    private static final long MAX_ENTRY_BYTES = Integer.MAX_VALUE - 65_536;

    /** Above this a payload goes into parts: a value has at most 1 GB, and both sides hold a row whole. */
    private static final int MAX_PART_BYTES = 128 * 1024 * 1024;

    private static final int GROUP = 1_000;
    private static final long GROUP_BYTES = 16L * 1024 * 1024;
    private static final int PLAIN = 0;
    private static final int BLOB = 1;

    /** An entry as a row. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Row(
            CacheKey key, byte[] header, byte[] payload, int layout, long dataBytes, int parts, ByteBuffer data) {}

    private final Database database;
    private final OpenGuard guard;
    private final int partBytes;
    private final Namespaces namespaces;
    private final PostgresLeases leases;
    private final String insert;
    private final String entries;
    private final String parts;

    private PostgresCacheStore(Database database, int partBytes) {
        this.database = database;
        this.guard = new OpenGuard(database.description());
        this.partBytes = partBytes;
        this.namespaces = new Namespaces(database);
        this.leases = new PostgresLeases(database, namespaces, guard);
        this.entries = database.table("entries");
        this.parts = database.table("parts");
        this.insert =
                "INSERT INTO " + entries + " (namespace, content, header, payload, payload_layout, data_bytes, parts)"
                        + " SELECT ?, * FROM unnest(?::bytea[], ?::bytea[], ?::bytea[], ?::smallint[], ?::bigint[], ?::integer[])";
    }

    /**
     * Connects, and makes or migrates the tables.
     *
     * @throws StoreUnavailableException if the server does not answer, does not let us in, or holds tables of a newer
     *     layout
     */
    static PostgresCacheStore open(PostgresSettings settings) {
        return open(settings, MAX_PART_BYTES);
    }

    /** As above, with parts of another size. */
    static PostgresCacheStore open(PostgresSettings settings, int partBytes) {
        Database database = new Database(settings);
        boolean ready = false;
        try {
            Schema.prepare(database);
            PostgresCacheStore store = new PostgresCacheStore(database, partBytes);
            store.leases.removeOld();
            ready = true;
            return store;
        } finally {
            if (!ready) {
                database.close();
            }
        }
    }

    @Override
    public String description() {
        return database.description();
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(true, true, MAX_ENTRY_BYTES);
    }

    static List<byte[]> contents(Collection<CacheKey> keys) {
        return keys.stream().map(key -> key.contentHash().toBytes()).toList();
    }

    private static <T> List<List<T>> groups(List<T> all) {
        List<List<T>> groups = new ArrayList<>();
        for (int from = 0; from < all.size(); from += GROUP) {
            groups.add(all.subList(from, Math.min(all.size(), from + GROUP)));
        }
        return groups;
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        Map<CacheKey, Stored> found = new HashMap<>();
        namespaces.group(keys, false).forEach((namespace, all) -> {
            for (List<CacheKey> group : groups(all)) {
                found.putAll(database.read("look entries up", connection -> select(connection, namespace, group)));
            }
        });
        return found;
    }

    private Map<CacheKey, Stored> select(Connection connection, int namespace, List<CacheKey> keys)
            throws SQLException {
        Map<String, CacheKey> byContent = byContent(keys);
        Map<CacheKey, Stored> found = new HashMap<>();
        // one index look-up a key, whatever the statistics say: with a plain = ANY, a planner without statistics reads
        // the whole
        // namespace and filters it; OFFSET 0 keeps it from merging the two queries into a join of its own choice
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT found.* FROM unnest(?::bytea[]) AS wanted (content) CROSS JOIN LATERAL"
                        + " (SELECT content, header, payload, payload_layout, data_bytes, parts FROM " + entries
                        + " AS e WHERE e.namespace = ? AND e.content = wanted.content OFFSET 0) AS found")) {
            select.setArray(1, Database.bytes(connection, contents(keys)));
            select.setInt(2, namespace);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    CacheKey key = byContent.get(HexFormat.of().formatHex(rows.getBytes(1)));
                    if (key != null) {
                        found.put(key, read(connection, namespace, key, rows));
                    }
                }
            }
        }
        return found;
    }

    private static Map<String, CacheKey> byContent(Collection<CacheKey> keys) {
        Map<String, CacheKey> byContent = new HashMap<>();
        keys.forEach(key -> byContent.put(key.contentHash().hex(), key));
        return byContent;
    }

    private Stored read(Connection connection, int namespace, CacheKey key, ResultSet row) throws SQLException {
        ByteBuffer header = ByteBuffer.wrap(row.getBytes(2));
        int layout = row.getInt(4);
        int count = row.getInt(6);
        if ((layout != PLAIN && layout != BLOB) || count < 0) {
            return new Stored.Damaged("a row of payload layout " + layout + " and " + count + " parts");
        }
        ByteBuffer payload = ByteBuffer.wrap(row.getBytes(3));
        if (count > 0) {
            long dataBytes = row.getLong(5);
            Optional<ByteBuffer> whole = dataBytes < 0 || dataBytes > MAX_ENTRY_BYTES
                    ? Optional.empty()
                    : readParts(connection, namespace, key, count, (int) dataBytes);
            if (whole.isEmpty()) {
                return new Stored.Damaged(
                        "the " + count + " parts of a row are not the " + dataBytes + " bytes it announces");
            }
            payload = whole.get();
        }
        return layout == BLOB ? BlobLayout.record(header, payload) : new Stored.Sealed(header, payload);
    }

    private Optional<ByteBuffer> readParts(Connection connection, int namespace, CacheKey key, int count, int dataBytes)
            throws SQLException {
        ByteBuffer payload = ByteBuffer.allocate(dataBytes);
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT bytes FROM " + parts + " WHERE namespace = ? AND content = ? AND number = ?")) {
            select.setInt(1, namespace);
            select.setBytes(2, key.contentHash().toBytes());
            for (int number = 0; number < count; number++) {
                select.setInt(3, number);
                try (ResultSet rows = select.executeQuery()) {
                    byte @Nullable [] bytes = rows.next() ? rows.getBytes(1) : null;
                    if (bytes == null || bytes.length > payload.remaining()) {
                        return Optional.empty();
                    }
                    payload.put(bytes);
                }
            }
        }
        return payload.hasRemaining() ? Optional.empty() : Optional.of(payload.flip());
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        guard.requireOpen();
        Set<CacheKey> present = new HashSet<>(records.keySet());
        putAll(records, " ON CONFLICT DO NOTHING RETURNING content", false).forEach(present::remove);
        return present;
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        guard.requireOpen();
        putAll(
                records,
                " ON CONFLICT (namespace, content) DO UPDATE SET header = EXCLUDED.header, payload = EXCLUDED.payload,"
                        + " payload_layout = EXCLUDED.payload_layout, data_bytes = EXCLUDED.data_bytes, parts = EXCLUDED.parts,"
                        + " created = EXCLUDED.created RETURNING content",
                true);
    }

    /** Writes in groups, each in a transaction of its own; returns the keys that were written. */
    private Set<CacheKey> putAll(Map<CacheKey, Stored.Sealed> records, String onConflict, boolean replace) {
        EntrySizes.require(this, records);
        Set<CacheKey> written = new HashSet<>();
        namespaces.group(records.keySet(), true).forEach((namespace, keys) -> {
            List<Row> group = new ArrayList<>();
            long groupBytes = 0;
            for (CacheKey key : keys) {
                Stored.Sealed record = records.get(key);
                if (record == null) {
                    throw new IllegalStateException("the batch was changed meanwhile");
                }
                Row row = row(key, record);
                long bytes = row.header().length + (long) row.payload().length;
                if (!group.isEmpty() && (group.size() == GROUP || groupBytes + bytes > GROUP_BYTES)) {
                    written.addAll(write(namespace, group, onConflict, replace));
                    group.clear();
                    groupBytes = 0;
                }
                group.add(row);
                groupBytes += bytes;
            }
            written.addAll(write(namespace, group, onConflict, replace));
        });
        return written;
    }

    private Row row(CacheKey key, Stored.Sealed record) {
        byte[] header = record.headerBytes();
        ByteBuffer data = record.data();
        int size = data.remaining();
        if (size > partBytes) {
            int count = (int) ((size + (long) partBytes - 1) / partBytes);
            return new Row(key, header, new byte[0], PLAIN, size, count, data);
        }
        ByteBuffer payload = BlobLayout.payload(record);
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        int layout = record.content() == Stored.Content.OPAQUE ? PLAIN : BLOB;
        return new Row(key, header, bytes, layout, size, 0, ByteBuffer.allocate(0));
    }

    private Set<CacheKey> write(int namespace, List<Row> rows, String onConflict, boolean replace) {
        Map<String, CacheKey> byContent = byContent(rows.stream().map(Row::key).toList());
        Set<CacheKey> written = new HashSet<>();
        List<String> contents = database.run("write", connection -> {
            List<String> done = insert(connection, namespace, rows, onConflict);
            if (replace) {
                delete(connection, parts, namespace, rows.stream().map(Row::key).toList());
            }
            Set<String> fresh = Set.copyOf(done);
            for (Row row : rows) {
                if (row.parts() > 0 && fresh.contains(row.key().contentHash().hex())) {
                    insertParts(connection, namespace, row);
                }
            }
            return done;
        });
        contents.forEach(content -> {
            CacheKey key = byContent.get(content);
            if (key != null) {
                written.add(key);
            }
        });
        return written;
    }

    private List<String> insert(Connection connection, int namespace, List<Row> rows, String onConflict)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(insert + onConflict)) {
            statement.setInt(1, namespace);
            statement.setArray(
                    2,
                    Database.bytes(
                            connection, contents(rows.stream().map(Row::key).toList())));
            statement.setArray(
                    3, Database.bytes(connection, rows.stream().map(Row::header).toList()));
            statement.setArray(
                    4,
                    Database.bytes(connection, rows.stream().map(Row::payload).toList()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "int2", rows.stream().map(Row::layout).toArray()));
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "int8", rows.stream().map(Row::dataBytes).toArray()));
            statement.setArray(
                    7,
                    connection.createArrayOf(
                            "int4", rows.stream().map(Row::parts).toArray()));
            return PostgresLeases.hex(statement);
        }
    }

    /**
     * Deletes what lies under each key, in the keys' order and by one index look-up each; returns how many rows that
     * were.
     */
    private static long delete(Connection connection, String table, int namespace, List<CacheKey> keys)
            throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM " + table + " WHERE namespace = ? AND content = ?")) {
            for (CacheKey key : keys) {
                delete.setInt(1, namespace);
                delete.setBytes(2, key.contentHash().toBytes());
                delete.addBatch();
            }
            return Arrays.stream(delete.executeBatch())
                    .filter(count -> count > 0)
                    .sum();
        }
    }

    private void insertParts(Connection connection, int namespace, Row row) throws SQLException {
        ByteBuffer data = row.data().duplicate();
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO " + parts + " (namespace, content, number, bytes) VALUES (?, ?, ?, ?)")) {
            statement.setInt(1, namespace);
            statement.setBytes(2, row.key().contentHash().toBytes());
            for (int number = 0; number < row.parts(); number++) {
                byte[] bytes = new byte[Math.min(partBytes, data.remaining())];
                data.get(bytes);
                statement.setInt(3, number);
                statement.setBytes(4, bytes);
                statement.executeUpdate();
            }
        }
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        long removed = 0;
        for (Map.Entry<Integer, List<CacheKey>> namespace :
                namespaces.group(keys, false).entrySet()) {
            for (List<CacheKey> group : groups(namespace.getValue())) {
                removed += database.run(
                        "remove entries", connection -> delete(connection, entries, namespace.getKey(), group));
            }
        }
        return removed;
    }

    @Override
    public StoreScan scan(Selection selection) {
        guard.requireOpen();
        return new PagedScan(guard, new PostgresPages(database, selection));
    }

    @Override
    public StoreStats stats() {
        guard.requireOpen();
        List<StoreStats.VersionStats> counted = database.read("count entries", connection -> {
            List<StoreStats.VersionStats> versions = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                            "SELECT n.model, n.preproc, count(*), sum(octet_length(e.header) + e.data_bytes) FROM "
                                    + entries + " e JOIN " + database.table("namespaces")
                                    + " n ON n.id = e.namespace GROUP BY n.id");
                    ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    versions.add(new StoreStats.VersionStats(
                            rows.getString(1), rows.getString(2), rows.getLong(3), rows.getLong(4)));
                }
            }
            return versions;
        });
        return StoreStats.of(counted);
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        guard.requireOpen();
        if (deltas.isEmpty()) {
            return;
        }
        Map<String, Long> sorted = new TreeMap<>(deltas); // so that no two of these wait for each other
        database.run("count", connection -> {
            try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + database.table("counters")
                    + " AS c (name, value) SELECT * FROM unnest(?::text[], ?::bigint[])"
                    + " ON CONFLICT (name) DO UPDATE SET value = c.value + EXCLUDED.value")) {
                statement.setArray(
                        1, connection.createArrayOf("text", sorted.keySet().toArray()));
                statement.setArray(
                        2, connection.createArrayOf("int8", sorted.values().toArray()));
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public Map<String, Long> counters() {
        guard.requireOpen();
        return database.read("count", connection -> {
            Map<String, Long> counters = new TreeMap<>();
            try (PreparedStatement select =
                            connection.prepareStatement("SELECT name, value FROM " + database.table("counters"));
                    ResultSet rows = select.executeQuery()) {
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

    @Override
    public void close() {
        guard.close(database::close);
    }
}
