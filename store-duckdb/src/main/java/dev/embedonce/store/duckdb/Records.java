package dev.embedonce.store.duckdb;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.EntryHeader;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Stored;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import org.duckdb.DuckDBAppender;

/** Writes records to the tables they belong in. Stateless. */
final class Records {
    private Records() {}

    /** Whether the record's data must not stand in the article's table: it is no vector, or one that Python cannot read. */
    static boolean apart(Stored.Sealed record) {
        return record.data().remaining() == 0
                || !EntryHeader.parse(record.header()).isVector();
    }

    /**
     * Appends records under keys that have nothing.
     *
     * @param created seconds since 1970, UTC
     */
    static void append(
            Session session, Map<CacheKey, Stored.Sealed> records, Collection<CacheKey> except, double created)
            throws SQLException {
        try (DuckDBAppender headers = session.appender(Schema.HEADERS_TABLE);
                DuckDBAppender vectors = session.appender("embeddings");
                DuckDBAppender payloads = session.appender(Schema.PAYLOADS_TABLE)) {
            for (Map.Entry<CacheKey, Stored.Sealed> entry : records.entrySet()) {
                CacheKey key = entry.getKey();
                Stored.Sealed record = entry.getValue();
                if (except.contains(key)) {
                    continue;
                }
                boolean apart = apart(record);
                headers.beginRow().append(Keys.id(key));
                key(headers, key).append(created).append(record.sizeBytes());
                headers.append(apart).append(record.headerBytes()).endRow();
                if (apart) {
                    byte[] payload = bytes(BlobLayout.payload(record));
                    payloads.beginRow().append(Keys.id(key)).append(payload).endRow();
                } else {
                    byte[] vector = record.dataBytes();
                    key(vectors.beginRow(), key).append(vector.length / Float.BYTES);
                    vectors.append(vector).append(created).endRow();
                }
            }
            // close() alone would keep silent about rows that are refused
            headers.flush();
            vectors.flush();
            payloads.flush();
        }
    }

    private static DuckDBAppender key(DuckDBAppender row, CacheKey key) throws SQLException {
        return row.append(key.modelVersion())
                .append(key.preprocVersion())
                .append(key.contentHash().hex());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
