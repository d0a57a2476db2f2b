package dev.embedonce.store.postgres;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.support.OpenGuard;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Leases as rows with an expiry on the server's clock. Thread-safe. */
final class PostgresLeases implements LeaseTable {
    private final Database database;
    private final Namespaces namespaces;
    private final OpenGuard guard;
    private final String acquire;
    private final String renew;
    private final String release;

    PostgresLeases(Database database, Namespaces namespaces, OpenGuard guard) {
        this.database = database;
        this.namespaces = namespaces;
        this.guard = guard;
        String leases = database.table("leases");
        // parameters of all three: owner, milliseconds, namespace, contents
        String wanted =
                "WITH wanted AS (SELECT ?::text AS owner, clock_timestamp() + ? * interval '1 millisecond' AS expires,"
                        + " ?::integer AS namespace, unnest(?::bytea[]) AS content) ";
        this.acquire = wanted + "INSERT INTO " + leases + " AS held (namespace, content, owner, expires)"
                + " SELECT namespace, content, owner, expires FROM wanted"
                + " ON CONFLICT (namespace, content) DO UPDATE SET owner = EXCLUDED.owner, expires = EXCLUDED.expires"
                + " WHERE held.owner = EXCLUDED.owner OR held.expires <= clock_timestamp() RETURNING content";
        this.renew =
                wanted + "UPDATE " + leases + " AS held SET expires = wanted.expires FROM wanted WHERE held.namespace ="
                        + " wanted.namespace AND held.content = wanted.content AND held.owner = wanted.owner RETURNING held.content";
        this.release =
                wanted + "DELETE FROM " + leases + " AS held USING wanted WHERE held.namespace = wanted.namespace"
                        + " AND held.content = wanted.content AND held.owner = wanted.owner RETURNING held.content";
    }

    /** Removes leases that ended long ago: their holders have died. */
    void removeOld() {
        database.run("remove old leases", connection -> {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM " + database.table("leases")
                    + " WHERE expires < clock_timestamp() - interval '1 day'")) {
                return delete.executeUpdate();
            }
        });
    }

    @Override
    public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
        return run(acquire, keys, owner, duration, true);
    }

    @Override
    public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
        return run(renew, keys, owner, duration, false);
    }

    @Override
    public void release(Collection<CacheKey> keys, String owner) {
        run(release, keys, owner, Duration.ZERO, false);
    }

    private Set<CacheKey> run(String sql, Collection<CacheKey> keys, String owner, Duration duration, boolean create) {
        guard.requireOpen();
        Set<CacheKey> owned = new HashSet<>();
        namespaces.group(keys, create).forEach((namespace, group) -> {
            Map<String, CacheKey> byContent = new HashMap<>();
            group.forEach(key -> byContent.put(key.contentHash().hex(), key));
            List<String> contents = database.run("change leases", connection -> {
                try (PreparedStatement statement = connection.prepareStatement(sql)) {
                    statement.setString(1, owner);
                    statement.setLong(2, Math.max(1, duration.toMillis()));
                    statement.setInt(3, namespace);
                    statement.setArray(4, Database.bytes(connection, PostgresCacheStore.contents(group)));
                    return hex(statement);
                }
            });
            contents.forEach(content -> {
                CacheKey key = byContent.get(content);
                if (key != null) {
                    owned.add(key);
                }
            });
        });
        return owned;
    }

    /** The content hashes that a statement returns. */
    static List<String> hex(PreparedStatement statement) throws SQLException {
        List<String> contents = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                contents.add(HexFormat.of().formatHex(rows.getBytes(1)));
            }
        }
        return contents;
    }
}
