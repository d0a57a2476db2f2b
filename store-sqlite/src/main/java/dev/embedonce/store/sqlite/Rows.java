package dev.embedonce.store.sqlite;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Stored;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One entry's row, and its rows of chunks. A payload of up to {@link #CHUNK_BYTES} stands in its entry's row, which is read with one
 * look-up; a larger one stands in pieces of that size, because SQLite and its driver hold each value in memory several times over. All
 * methods run inside the caller's transaction. Stateless.
 */
final class Rows {
    static final int CHUNK_BYTES = 16 << 20;

    private static final String FIND =
            "SELECT header, payload, chunks, id FROM entries WHERE namespace = ? AND content_hash = ?";
    private static final String INSERT =
            "INSERT INTO entries(namespace, content_hash, size, created, chunks, header, payload)"
                    + " VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(namespace, content_hash) DO NOTHING";
    private static final String UPDATE =
            "UPDATE entries SET size = ?, created = ?, chunks = ?, header = ?, payload = ? WHERE id = ?";
    private static final String LOCATE =
            "SELECT id, size, chunks FROM entries WHERE namespace = ? AND content_hash = ?";
    private static final String DELETE = "DELETE FROM entries WHERE id = ?";
    private static final String INSERT_CHUNK = "INSERT INTO chunks(entry, seq, bytes) VALUES(?, ?, ?)";
    private static final String FIND_CHUNK = "SELECT bytes FROM chunks WHERE entry = ? AND seq = ?";
    private static final String CHUNK_SUM = "SELECT count(*), sum(length(bytes)) FROM chunks WHERE entry = ?";
    private static final String DELETE_CHUNKS = "DELETE FROM chunks WHERE entry = ?";

    private Rows() {}

    /** What lies under the key, or null. */
    static @Nullable Stored find(Session session, long namespace, CacheKey key) throws SQLException {
        PreparedStatement find = session.prepared(FIND);
        find.setLong(1, namespace);
        find.setBytes(2, key.contentHash().toBytes());
        byte[] header;
        ByteBuffer payload;
        long id;
        int chunks;
        try (ResultSet rows = find.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            header = rows.getBytes(1);
            byte[] inline = rows.getBytes(2);
            payload = inline == null ? null : ByteBuffer.wrap(inline);
            chunks = rows.getInt(3);
            id = rows.getLong(4);
        }
        if (chunks != 0) {
            payload = readChunks(session, id, chunks);
        }
        if (header == null || payload == null) {
            return new Stored.Damaged(
                    "the row has no " + (header == null ? "header" : "payload") + ", or not all of it");
        }
        return BlobLayout.record(ByteBuffer.wrap(header), payload);
    }

    /** The pieces put together outside the heap, where a large tensor is wanted; null if some are missing. */
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
        if (total > Integer.MAX_VALUE) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.allocateDirect((int) total);
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
        insert.setInt(5, chunks);
        insert.setBytes(6, record.headerBytes());
        insert.setBytes(7, chunks == 0 ? bytes(payload) : null);
        if (insert.executeUpdate() == 0) {
            return false;
        }
        if (chunks > 0) {
            writeChunks(session, present(locate(session, namespace, key)).id(), payload, chunks);
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
        deleteChunks(session, row);
        PreparedStatement update = session.prepared(UPDATE);
        update.setLong(1, record.sizeBytes());
        update.setLong(2, now);
        update.setInt(3, chunks);
        update.setBytes(4, record.headerBytes());
        update.setBytes(5, chunks == 0 ? bytes(payload) : null);
        update.setLong(6, row.id());
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
        deleteChunks(session, row);
        PreparedStatement delete = session.prepared(DELETE);
        delete.setLong(1, row.id());
        delete.executeUpdate();
        return row.size();
    }

    private record Located(long id, long size, int chunks) {}

    private static @Nullable Located locate(Session session, long namespace, CacheKey key) throws SQLException {
        PreparedStatement locate = session.prepared(LOCATE);
        locate.setLong(1, namespace);
        locate.setBytes(2, key.contentHash().toBytes());
        try (ResultSet rows = locate.executeQuery()) {
            return rows.next() ? new Located(rows.getLong(1), rows.getLong(2), rows.getInt(3)) : null;
        }
    }

    private static Located present(@Nullable Located row) throws SQLException {
        if (row == null) {
            throw new SQLException("a row that has just been seen is gone");
        }
        return row;
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

    private static void deleteChunks(Session session, Located row) throws SQLException {
        if (row.chunks() != 0) {
            PreparedStatement delete = session.prepared(DELETE_CHUNKS);
            delete.setLong(1, row.id());
            delete.executeUpdate();
        }
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
