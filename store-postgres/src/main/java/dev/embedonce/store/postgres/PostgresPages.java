package dev.embedonce.store.postgres;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.support.PagedScan;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists a page at a time, each from where the last one ended; no connection is held in between. Not thread-safe. */
final class PostgresPages implements PagedScan.Pages {
    private static final int PAGE = 1_000;

    private record Pending(int namespace, Namespaces.Versions versions) {}

    private final Database database;
    private final Selection selection;
    private final Deque<Pending> pending;
    private byte[] after = new byte[0];

    PostgresPages(Database database, Selection selection) {
        this.database = database;
        this.selection = selection;
        this.pending = new ArrayDeque<>(database.read("list versions", connection -> {
            try (PreparedStatement select = connection.prepareStatement("SELECT id, model, preproc FROM "
                    + database.table("namespaces")
                    + " WHERE (?::text IS NULL OR model = ?) AND (?::text IS NULL OR preproc = ?)"
                    + " ORDER BY id")) {
                select.setString(1, selection.modelVersion());
                select.setString(2, selection.modelVersion());
                select.setString(3, selection.preprocVersion());
                select.setString(4, selection.preprocVersion());
                List<Pending> found = new ArrayList<>();
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(new Pending(
                                rows.getInt(1), new Namespaces.Versions(rows.getString(2), rows.getString(3))));
                    }
                }
                return found;
            }
        }));
    }

    @Override
    public @Nullable List<StoredInfo> next() {
        Pending namespace = pending.peek();
        if (namespace == null) {
            return null;
        }
        ContentHash only = selection.contentHash();
        List<StoredInfo> found = database.read("list entries", connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT content, octet_length(header) + data_bytes, created FROM "
                            + database.table("entries") + " WHERE namespace = ? AND content "
                            + (only == null ? ">" : "=") + " ? ORDER BY content LIMIT " + PAGE)) {
                select.setInt(1, namespace.namespace());
                select.setBytes(2, only == null ? after : only.toBytes());
                return infos(select, namespace.versions());
            }
        });
        if (found.size() < PAGE) {
            pending.remove();
            after = new byte[0];
        } else {
            after = found.get(found.size() - 1).key().contentHash().toBytes();
        }
        return found;
    }

    private static List<StoredInfo> infos(PreparedStatement select, Namespaces.Versions versions) throws SQLException {
        List<StoredInfo> infos = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                CacheKey key =
                        new CacheKey(versions.model(), versions.preproc(), ContentHash.ofBytes(rows.getBytes(1)));
                infos.add(new StoredInfo(
                        key, rows.getLong(2), rows.getTimestamp(3).toInstant()));
            }
        }
        return infos;
    }
}
