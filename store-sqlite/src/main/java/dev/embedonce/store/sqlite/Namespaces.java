package dev.embedonce.store.sqlite;

import dev.embedonce.key.CacheKey;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that stand for pairs of versions. A number, once committed, never changes, so it is remembered.
 * Thread-safe.
 */
final class Namespaces {
    /** Two version strings. */
    record Versions(String model, String preproc) {
        static Versions of(CacheKey key) {
            return new Versions(key.modelVersion(), key.preprocVersion());
        }

        // Written out for the same reason as in CacheKey.

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Versions versions
                    && model.equals(versions.model)
                    && preproc.equals(versions.preproc);
        }

        @Override
        public int hashCode() {
            return 31 * model.hashCode() + preproc.hashCode();
        }
    }

    private static final String FIND = "SELECT id FROM namespaces WHERE model_version = ? AND preproc_version = ?";
    private static final String CREATE =
            "INSERT INTO namespaces(model_version, preproc_version) VALUES(?, ?) ON CONFLICT DO NOTHING";

    private final Sessions sessions;
    private final Map<Versions, Long> known = new ConcurrentHashMap<>();

    Namespaces(Sessions sessions) {
        this.sessions = sessions;
    }

    /** The number of {@code versions}, or null if nothing has ever been stored under them. */
    @Nullable
    Long find(Session session, Versions versions) throws SQLException {
        Long id = known.get(versions);
        if (id == null) {
            id = select(session, versions);
            if (id != null) {
                known.put(versions, id);
            }
        }
        return id;
    }

    /** The numbers of all versions of {@code keys}, made where there are none. Not to be called from within a write. */
    Map<Versions, Long> ensure(Collection<CacheKey> keys) {
        Map<Versions, Long> ids = new LinkedHashMap<>();
        Set<Versions> missing = new HashSet<>();
        for (CacheKey key : keys) {
            Versions versions = Versions.of(key);
            Long id = known.get(versions);
            if (id == null) {
                missing.add(versions);
            } else {
                ids.put(versions, id);
            }
        }
        if (!missing.isEmpty()) {
            Map<Versions, Long> made = sessions.write("adding versions", session -> {
                Map<Versions, Long> created = new LinkedHashMap<>();
                for (Versions versions : missing) {
                    PreparedStatement create = session.prepared(CREATE);
                    create.setString(1, versions.model());
                    create.setString(2, versions.preproc());
                    create.executeUpdate();
                    Long id = select(session, versions);
                    if (id == null) {
                        throw new SQLException("versions that have just been added are not there");
                    }
                    created.put(versions, id);
                }
                return created;
            });
            known.putAll(made); // only now: a transaction that failed leaves no number
            ids.putAll(made);
        }
        return ids;
    }

    /** All pairs of versions by number. */
    static Map<Long, Versions> all(Session session) throws SQLException {
        Map<Long, Versions> all = new LinkedHashMap<>();
        try (ResultSet rows = session.prepared("SELECT id, model_version, preproc_version FROM namespaces ORDER BY id")
                .executeQuery()) {
            while (rows.next()) {
                all.put(rows.getLong(1), new Versions(rows.getString(2), rows.getString(3)));
            }
        }
        return all;
    }

    private static @Nullable Long select(Session session, Versions versions) throws SQLException {
        PreparedStatement find = session.prepared(FIND);
        find.setString(1, versions.model());
        find.setString(2, versions.preproc());
        try (ResultSet rows = find.executeQuery()) {
            return rows.next() ? rows.getLong(1) : null;
        }
    }
}
