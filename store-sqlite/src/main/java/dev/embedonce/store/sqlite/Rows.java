package dev.embedonce.store.sqlite;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entries' rows, and their rows of chunks. A payload of up to {@link #CHUNK_BYTES} stands in its entry's row, which is
 * read with one look-up; a larger one stands in pieces of that size, because SQLite and its driver hold each value in
 * memory several times over. All methods run inside the caller's transaction. Stateless.
 */
final class Rows {
    static final int CHUNK_BYTES = 16 << 20;

    /** The payload is the record's data. */
    private static final int PLAIN = 0;

    /** The payload is laid out for other readers by {@link BlobLayout}. */
    private static final int LAID_OUT = 1;

    /** Keys that are looked up with one statement; a power of two. More gain nothing. */
    private static final int STEP = 128;

    private static final String INSERT =
            "INSERT INTO entries(namespace, content_hash, size, created, layout, chunks, header, payload)"
                    + " VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(namespace, content_hash) DO NOTHING";
    private static final String UPDATE =
            "UPDATE entries SET size = ?, created = ?, layout = ?, chunks = ?, header = ?, payload = ? WHERE id = ?";
    private static final String LOCATE = "SELECT id, size FROM entries WHERE namespace = ? AND content_hash = ?";
    private static final String DELETE = "DELETE FROM entries WHERE id = ?";
    private static final String INSERT_CHUNK = "INSERT INTO chunks(entry, seq, bytes) VALUES(?, ?, ?)";
    private static final String FIND_CHUNK = "SELECT bytes FROM chunks WHERE entry = ? AND seq = ?";
    private static final String CHUNK_SUM = "SELECT count(*), sum(length(bytes)) FROM chunks WHERE entry = ?";
    private static final String DELETE_CHUNKS = "DELETE FROM chunks WHERE entry = ?";

    /** By the power of two that is the number of keys. */
    private static final String[] FIND = new String[Integer.numberOfTrailingZeros(STEP) + 1];

    static {
        for (int power = 0; power < FIND.length; power++) {
            FIND[power] = find(1 << power);
        }
    }

    private Rows() {}

    /** Joining a list of values costs a quarter less than a statement for each key, since few calls go into SQLite. */
    private static String find(int count) {
        String columns = "header, payload, layout, chunks, id FROM ";
        if (count == 1) {
            return "SELECT 0, " + columns + "entries WHERE content_hash = ? AND namespace = ?";
        }
        StringBuilder sql = new StringBuilder("WITH wanted(number, hash) AS (VALUES");
        for (int i = 0; i < count; i++) {
            sql.append(i == 0 ? " (" : ", (").append(i).append(", ?)");
        }
        return sql + ") SELECT number, " + columns
                + "wanted CROSS JOIN entries ON content_hash = hash AND namespace = ?";
    }

    /** Adds what lies under {@code keys} of one namespace to {@code found}. */
    static void find(Session session, long namespace, List<CacheKey> keys, Map<CacheKey, Stored> found)
            throws SQLException {
        for (int from = 0; from < keys.size(); from += STEP) {
            findStep(session, namespace, keys.subList(from, Math.min(keys.size(), from + STEP)), found);
        }
    }

    private static void findStep(Session session, long namespace, List<CacheKey> keys, Map<CacheKey, Stored> found)
            throws SQLException {
        int power = Integer.SIZE - Integer.numberOfLeadingZeros(keys.size() - 1);
        int count = 1 << power;
        PreparedStatement find = session.prepared(FIND[power]);
        for (int i = 0; i < count; i++) {
            if (i < keys.size()) {
                find.setBytes(i + 1, keys.get(i).contentHash().toBytes());
            } else {
                find.setNull(i + 1, Types.BLOB); // equals nothing
            }
        }
        find.setLong(count + 1, namespace);
        try (ResultSet rows = find.executeQuery()) {
            while (rows.next()) {
                found.put(keys.get(rows.getInt(1)), stored(session, rows));
            }
        }
    }

    private static Stored stored(Session session, ResultSet rows) throws SQLException {
        byte[] header = rows.getBytes(2);
        byte[] inline = rows.getBytes(3);
        ByteBuffer payload =
                inline == null ? readChunks(session, rows.getLong(6), rows.getInt(5)) : ByteBuffer.wrap(inline);
        if (header == null || payload == null) {
            return new Stored.Damaged(
                    "the row has no " + (header == null ? "header" : "payload") + ", or not all of it");
        }
        ByteBuffer buffer = ByteBuffer.wrap(header);
        return rows.getInt(4) == PLAIN ? new Stored.Sealed(buffer, payload) : BlobLayout.record(buffer, payload);
    }

    /** The pieces put together; null if there are none or some are missing. */
    private static @Nullable ByteBuffer readChunks(Session session, long id, int chunks) throws SQLException {
        long total;
        PreparedStatement sum = session.prepared(CHUNK_SUM);
        sum.setLong(1, id);
        try (ResultSet rows = sum.executeQuery()) {
            rows.next();
            if (rows.getLong(1) != chunks) {
                return null;
            }
            total = rows.getLong(2);
        }
        if (chunks == 0 || total > Integer.MAX_VALUE) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocate((int) total);
        PreparedStatement find = session.prepared(FIND_CHUNK);
        for (int seq = 0; seq < chunks; seq++) {
            find.setLong(1, id);
            find.setLong(2, seq);
            try (ResultSet rows = find.executeQuery()) {
                byte[] bytes = rows.next() ? rows.getBytes(1) : null;
                if (bytes == null || bytes.length > payload.remaining()) {
                    return null;
                }
                payload.put(bytes);
            }
        }
        return payload.flip();
    }

    /**
     * Adds a row.
     *
     * @return false if the key has one already
     */
    static boolean insert(Session session, long namespace, CacheKey key, Stored.Sealed record, long now)
            throws SQLException {
        ByteBuffer payload = BlobLayout.payload(record);
        int chunks = chunkCount(payload);
        PreparedStatement insert = session.prepared(INSERT);
        insert.setLong(1, namespace);
        insert.setBytes(2, key.contentHash().toBytes());
        insert.setLong(3, record.sizeBytes());
        insert.setLong(4, now);
        insert.setInt(5, layout(record, payload));
        insert.setInt(6, chunks);
        insert.setBytes(7, record.headerBytes());
        insert.setBytes(8, chunks == 0 ? bytes(payload) : null);
        if (insert.executeUpdate() == 0) {
            return false;
        }
        if (chunks > 0) {
            long id = present(locate(session, namespace, key)).id();
            deleteChunks(session, id);
            writeChunks(session, id, payload, chunks);
        }
        return true;
    }

    /**
     * Replaces what a row holds; the row keeps its place, so that a listing in progress sees it once.
     *
     * @return the size it had
     */
    static long update(Session session, long namespace, CacheKey key, Stored.Sealed record, long now)
            throws SQLException {
        Located row = present(locate(session, namespace, key));
        ByteBuffer payload = BlobLayout.payload(record);
        int chunks = chunkCount(payload);
        deleteChunks(session, row.id());
        PreparedStatement update = session.prepared(UPDATE);
        update.setLong(1, record.sizeBytes());
        update.setLong(2, now);
        update.setInt(3, layout(record, payload));
        update.setInt(4, chunks);
        update.setBytes(5, record.headerBytes());
        update.setBytes(6, chunks == 0 ? bytes(payload) : null);
        update.setLong(7, row.id());
        update.executeUpdate();
        if (chunks > 0) {
            writeChunks(session, row.id(), payload, chunks);
        }
        return row.size();
    }

    /**
     * Removes a row.
     *
     * @return the size it had, or -1 if there is none
     */
    static long delete(Session session, long namespace, CacheKey key) throws SQLException {
        Located row = locate(session, namespace, key);
        if (row == null) {
            return -1;
        }
        deleteChunks(session, row.id());
        PreparedStatement delete = session.prepared(DELETE);
        delete.setLong(1, row.id());
        delete.executeUpdate();
        return row.size();
    }

    private record Located(long id, long size) {}

    private static @Nullable Located locate(Session session, long namespace, CacheKey key) throws SQLException {
        PreparedStatement locate = session.prepared(LOCATE);
        locate.setLong(1, namespace);
        locate.setBytes(2, key.contentHash().toBytes());
        try (ResultSet rows = locate.executeQuery()) {
            return rows.next() ? new Located(rows.getLong(1), rows.getLong(2)) : null;
        }
    }

    private static Located present(@Nullable Located row) throws SQLException {
        if (row == null) {
            throw new SQLException("a row that has just been seen is gone");
        }
        return row;
    }

    private static int layout(Stored.Sealed record, ByteBuffer payload) {
        return payload.remaining() == record.data().remaining() ? PLAIN : LAID_OUT;
    }

    private static int chunkCount(ByteBuffer payload) {
        int size = payload.remaining();
        return size <= CHUNK_BYTES ? 0 : (int) (((long) size + CHUNK_BYTES - 1) / CHUNK_BYTES);
    }

    private static void writeChunks(Session session, long id, ByteBuffer payload, int chunks) throws SQLException {
        PreparedStatement insert = session.prepared(INSERT_CHUNK);
        for (int seq = 0; seq < chunks; seq++) {
            int from = seq * CHUNK_BYTES;
            insert.setLong(1, id);
            insert.setLong(2, seq);
            insert.setBytes(3, bytes(payload.slice(from, Math.min(CHUNK_BYTES, payload.remaining() - from))));
            insert.executeUpdate();
        }
    }

    /** Whatever the row says about chunks: what is left over from a damaged row must not get in the way of the next. */
    private static void deleteChunks(Session session, long id) throws SQLException {
        PreparedStatement delete = session.prepared(DELETE_CHUNKS);
        delete.setLong(1, id);
        delete.executeUpdate();
    }

    /** The buffer's bytes, not copied if they are all of an array of their own. */
    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
