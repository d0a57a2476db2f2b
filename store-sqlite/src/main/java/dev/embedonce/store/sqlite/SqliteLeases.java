package dev.embedonce.store.sqlite;

import dev.embedonce.key.CacheKey;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.sqlite.Namespaces.Versions;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Leases as rows of the same file, on SQLite's clock. Thread-safe. */
final class SqliteLeases implements LeaseTable {
    private static final String ACQUIRE =
            "INSERT INTO leases(namespace, content_hash, owner, taken, expires) VALUES(?, ?, ?, ?, ?)"
                    + " ON CONFLICT(namespace, content_hash) DO UPDATE"
                    + " SET owner = excluded.owner, taken = excluded.taken, expires = excluded.expires"
                    + " WHERE owner = excluded.owner OR expires <= ? OR taken > ?";
    private static final String RENEW =
            "UPDATE leases SET taken = ?, expires = ? WHERE namespace = ? AND content_hash = ? AND owner = ?";
    private static final String RELEASE = "DELETE FROM leases WHERE namespace = ? AND content_hash = ? AND owner = ?";

    /** Leases of owners that died, for keys that nobody has wanted since. */
    private static final String FORGET = "DELETE FROM leases WHERE expires < ?";

    private static final long FORGET_AFTER_MILLIS = Duration.ofDays(1).toMillis();

    private final Sessions sessions;
    private final AtomicBoolean forgotten = new AtomicBoolean();
    private final Namespaces namespaces;

    SqliteLeases(Sessions sessions, Namespaces namespaces) {
        this.sessions = sessions;
        this.namespaces = namespaces;
    }

    @Override
    public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
        if (keys.isEmpty()) {
            sessions.requireOpen();
            return Set.of();
        }
        Map<Versions, Long> ids = namespaces.ensure(keys);
        return sessions.write("taking " + keys.size() + " leases", session -> {
            long now = session.now();
            if (!forgotten.getAndSet(true)) {
                PreparedStatement forget = session.prepared(FORGET);
                forget.setLong(1, now - FORGET_AFTER_MILLIS);
                forget.executeUpdate();
            }
            Set<CacheKey> taken = new HashSet<>();
            PreparedStatement acquire = session.prepared(ACQUIRE);
            for (CacheKey key : keys) {
                acquire.setObject(1, ids.get(Versions.of(key)));
                acquire.setBytes(2, key.contentHash().toBytes());
                acquire.setString(3, owner);
                acquire.setLong(4, now);
                acquire.setLong(5, now + duration.toMillis());
                acquire.setLong(6, now);
                acquire.setLong(7, now + CLOCK_TOLERANCE.toMillis());
                if (acquire.executeUpdate() > 0) {
                    taken.add(key);
                }
            }
            return taken;
        });
    }

    @Override
    public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
        if (keys.isEmpty()) {
            sessions.requireOpen();
            return Set.of();
        }
        return sessions.write("renewing " + keys.size() + " leases", session -> {
            long now = session.now();
            Set<CacheKey> kept = new HashSet<>();
            PreparedStatement renew = session.prepared(RENEW);
            for (CacheKey key : keys) {
                Long namespace = namespaces.find(session, Versions.of(key));
                if (namespace != null) {
                    renew.setLong(1, now);
                    renew.setLong(2, now + duration.toMillis());
                    renew.setLong(3, namespace);
                    renew.setBytes(4, key.contentHash().toBytes());
                    renew.setString(5, owner);
                    if (renew.executeUpdate() > 0) {
                        kept.add(key);
                    }
                }
            }
            return kept;
        });
    }

    @Override
    public void release(Collection<CacheKey> keys, String owner) {
        if (keys.isEmpty()) {
            sessions.requireOpen();
            return;
        }
        sessions.write("releasing " + keys.size() + " leases", session -> {
            int released = 0;
            PreparedStatement release = session.prepared(RELEASE);
            for (CacheKey key : keys) {
                Long namespace = namespaces.find(session, Versions.of(key));
                if (namespace != null) {
                    release.setLong(1, namespace);
                    release.setBytes(2, key.contentHash().toBytes());
                    release.setString(3, owner);
                    released += release.executeUpdate();
                }
            }
            return released;
        });
    }
}
