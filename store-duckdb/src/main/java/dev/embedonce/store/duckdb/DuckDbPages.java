package dev.embedonce.store.duckdb;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.support.PagedScan;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A listing of one moment's contents, streamed over a connection of its own. A foreign row whose key cannot be one of
 * ours (a perceptual hash, a version such as "unknown") is not listed: no call of this store can name it.
 */
final class DuckDbPages implements PagedScan.Pages {
    private static final int PAGE = 1_000;

    private static final String LISTING = "(SELECT e.model_version, e.preproc_version, e.content_hash,"
            + " CASE WHEN h.created_ts = e.created_ts THEN h.size_bytes ELSE e.dim::BIGINT * 4 END AS size_bytes,"
            + " e.created_ts FROM " + Schema.EMBEDDINGS + " e LEFT JOIN " + Schema.HEADERS
            + " h ON h.content_hash = e.content_hash AND h.model_version = e.model_version"
            + " AND h.preproc_version = e.preproc_version"
            + " WHERE h.apart IS DISTINCT FROM true AND (h.key_id IS NOT NULL"
            + " OR regexp_full_match(e.content_hash, '([0-9a-f][0-9a-f]){32,64}'))"
            + " UNION ALL SELECT model_version, preproc_version, content_hash, size_bytes, created_ts FROM "
            + Schema.HEADERS + " WHERE apart)";

    private final DuckDbCacheStore store;
    private final DuckDbFile file;
    private final Session session;
    private final ResultSet rows;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DuckDbPages(DuckDbCacheStore store, DuckDbFile file, Session session, ResultSet rows) {
        this.store = store;
        this.file = file;
        this.session = session;
        this.rows = rows;
    }

    static DuckDbPages open(DuckDbCacheStore store, DuckDbFile file, Selection selection) {
        List<String> conditions = new ArrayList<>();
        List<String> values = new ArrayList<>();
        where("model_version = ?", selection.modelVersion(), conditions, values);
        where("preproc_version = ?", selection.preprocVersion(), conditions, values);
        ContentHash hash = selection.contentHash();
        where("content_hash = ?", hash == null ? null : hash.hex(), conditions, values);
        String sql = "FROM " + LISTING + (conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions));
        Session session = null;
        try {
            session = file.borrow();
            PreparedStatement statement = session.prepare(sql);
            for (int i = 0; i < values.size(); i++) {
                statement.setString(i + 1, values.get(i));
            }
            DuckDbPages scan = new DuckDbPages(store, file, session, statement.executeQuery());
            store.opened(scan);
            return scan;
        } catch (SQLException e) {
            file.discard(session);
            throw file.unavailable(e);
        }
    }

    private static void where(String condition, @Nullable String value, List<String> conditions, List<String> values) {
        if (value != null) {
            conditions.add(condition);
            values.add(value);
        }
    }

    /** The same contents, counted. */
    static List<StoreStats.VersionStats> versions(Session session) throws SQLException {
        List<StoreStats.VersionStats> versions = new ArrayList<>();
        try (ResultSet rows = session.prepare("SELECT model_version, preproc_version, count(*), sum(size_bytes)::BIGINT"
                        + " FROM " + LISTING + " GROUP BY ALL")
                .executeQuery()) {
            while (rows.next()) {
                String model = rows.getString(1);
                String preproc = rows.getString(2);
                if (isVersion(model) && isVersion(preproc)) {
                    versions.add(new StoreStats.VersionStats(model, preproc, rows.getLong(3), rows.getLong(4)));
                }
            }
        }
        return versions;
    }

    private static boolean isVersion(String text) {
        try {
            CacheKey.requireVersion("version", text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What the article's column means: seconds since 1970; 1970 itself for what cannot be a date. */
    static Instant instant(double seconds) {
        if (!(Math.abs(seconds) < 1e11)) {
            return Instant.EPOCH;
        }
        double whole = Math.floor(seconds);
        return Instant.ofEpochSecond((long) whole, Math.round((seconds - whole) * 1e6) * 1000);
    }

    @Override
    public @Nullable List<StoredInfo> next() {
        return store.whileOpen(() -> {
            try {
                List<StoredInfo> page = new ArrayList<>();
                while (!closed.get() && rows.next()) {
                    StoredInfo info = info();
                    if (info != null) {
                        page.add(info);
                    }
                    if (page.size() == PAGE) {
                        return page;
                    }
                }
                return page.isEmpty() ? null : page;
            } catch (SQLException e) {
                throw file.unavailable(e);
            }
        });
    }

    private @Nullable StoredInfo info() throws SQLException {
        String model = rows.getString(1);
        String preproc = rows.getString(2);
        if (!isVersion(model) || !isVersion(preproc)) {
            return null;
        }
        CacheKey key = new CacheKey(model, preproc, new ContentHash(rows.getString(3)));
        return new StoredInfo(key, rows.getLong(4), instant(rows.getDouble(5)));
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        store.ended(this);
        try {
            rows.close();
            file.giveBack(session);
        } catch (SQLException e) {
            file.discard(session);
        }
    }
}
