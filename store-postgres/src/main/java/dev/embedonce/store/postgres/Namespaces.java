package dev.embedonce.store.postgres;

import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The numbers that stand for pairs of versions. Told apart by a digest: a version may be too long for an index.
 * Remembered only once they are committed. Thread-safe.
 */
final class Namespaces {
    /** What every entry of a namespace has in its key. */
    record Versions(String model, String preproc) {
        static Versions of(CacheKey key) {
            return new Versions(key.modelVersion(), key.preprocVersion());
        }

        byte[] digest() {
            return FramedDigest.tagged("embedonce.postgresql.namespace.v1")
                    .put("model", model)
                    .put("preproc", preproc)
                    .toContentHash()
                    .toBytes();
        }
    }

    private final Database database;
    private final Map<Versions, Integer> known = new ConcurrentHashMap<>();

    Namespaces(Database database) {
        this.database = database;
    }

    /**
     * The keys by namespace, each namespace's sorted by content, so that no two batches wait for each other in a
     * circle.
     */
    Map<Integer, List<CacheKey>> group(Collection<CacheKey> keys, boolean create) {
        Map<Versions, List<CacheKey>> byVersions = new LinkedHashMap<>();
        keys.stream()
                .distinct()
                .sorted((a, b) ->
                        a.contentHash().hex().compareTo(b.contentHash().hex()))
                .forEach(key -> byVersions
                        .computeIfAbsent(Versions.of(key), v -> new ArrayList<>())
                        .add(key));
        Map<Integer, List<CacheKey>> groups = new TreeMap<>();
        byVersions.forEach((versions, group) -> id(versions, create).ifPresent(id -> groups.put(id, group)));
        return groups;
    }

    private Optional<Integer> id(Versions versions, boolean create) {
        Integer id = known.get(versions);
        if (id != null) {
            return Optional.of(id);
        }
        byte[] digest = versions.digest();
        Optional<Integer> found = database.read("look versions up", connection -> find(connection, digest));
        if (found.isEmpty() && create) {
            found = database.run("write versions", connection -> insert(connection, versions, digest));
        }
        found.ifPresent(number -> known.put(versions, number));
        return found;
    }

    private Optional<Integer> insert(Connection connection, Versions versions, byte[] digest) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO " + database.table("namespaces")
                + " (digest, model, preproc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")) {
            insert.setBytes(1, digest);
            insert.setString(2, versions.model());
            insert.setString(3, versions.preproc());
            insert.executeUpdate();
        }
        return find(connection, digest);
    }

    private Optional<Integer> find(Connection connection, byte[] digest) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM " + database.table("namespaces") + " WHERE digest = ?")) {
            select.setBytes(1, digest);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
            }
        }
    }
}
