package dev.embedonce.store.sqlite;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.sqlite.Namespaces.Versions;
import dev.embedonce.store.support.PagedScan;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A listing, read some rows at a time in the order of their ids: no transaction stays open between two steps, so that
 * it holds up neither writers nor the emptying of the log. A row keeps its id as long as it lives.
 */
final class SqlitePages implements PagedScan.Pages {
    private static final int STEP = 1_000;

    private final Sessions sessions;
    private final Selection selection;
    private long lastId;
    private boolean exhausted;

    SqlitePages(Sessions sessions, Selection selection) {
        this.sessions = sessions;
        this.selection = selection;
    }

    @Override
    public @Nullable List<StoredInfo> next() {
        return exhausted ? null : sessions.read("listing", this::read);
    }

    private List<StoredInfo> read(Session session) throws SQLException {
        List<StoredInfo> page = new ArrayList<>();
        Map<Long, Versions> namespaces = Namespaces.all(session);
        namespaces.values().removeIf(versions -> !matches(versions));
        if (namespaces.isEmpty()) {
            exhausted = true;
            return page;
        }
        ContentHash hash = selection.contentHash();
        // one hash is looked up in the index; otherwise the table is read in its own order, which the + keeps to
        String where = hash == null ? " AND +namespace IN (" : " AND content_hash = ? AND namespace IN (";
        PreparedStatement select =
                session.prepared("SELECT id, namespace, content_hash, size, created FROM entries WHERE id > ?" + where
                        + namespaces.keySet().stream().map(Object::toString).collect(Collectors.joining(","))
                        + ") ORDER BY id LIMIT " + STEP);
        select.setLong(1, lastId);
        if (hash != null) {
            select.setBytes(2, hash.toBytes());
        }
        int count = 0;
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                count++;
                lastId = rows.getLong(1);
                Versions versions = namespaces.get(rows.getLong(2));
                byte[] digest = rows.getBytes(3);
                if (versions != null && digest != null && digest.length >= 32 && digest.length <= 64) {
                    page.add(new StoredInfo(
                            new CacheKey(versions.model(), versions.preproc(), ContentHash.ofBytes(digest)),
                            rows.getLong(4),
                            Instant.ofEpochMilli(rows.getLong(5))));
                }
            }
        }
        exhausted = count < STEP;
        return page;
    }

    private boolean matches(Versions versions) {
        return (selection.modelVersion() == null || selection.modelVersion().equals(versions.model()))
                && (selection.preprocVersion() == null
                        || selection.preprocVersion().equals(versions.preproc()));
    }
}
