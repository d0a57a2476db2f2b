package dev.embedonce.store.duckdb;

import dev.embedonce.codec.BlobLayout;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.duckdb.DuckDBAppender;

/**
 * A record on its way into the tables.
 *
 * @param id what stands for the key in our tables
 * @param apart whether the data must not stand in the article's table: it is no vector, or one that Python cannot read
 */
record Row(CacheKey key, UUID id, Stored.Sealed record, boolean apart) {
    /** The rows of a batch. */
    static List<Row> of(Map<CacheKey, Stored.Sealed> records) {
        List<Row> rows = new ArrayList<>(records.size());
        records.forEach((key, record) -> rows.add(new Row(
                key,
                Keys.id(key),
                record,
                record.content() != Stored.Content.VECTOR || record.data().remaining() == 0)));
        return rows;
    }

    /**
     * Appends rows under keys that have nothing.
     *
     * @param except keys of rows to leave out
     * @param created seconds since 1970, UTC
     */
    static void append(Session session, List<Row> rows, Set<CacheKey> except, double created) throws SQLException {
        try (DuckDBAppender headers = session.appender(Schema.HEADERS_TABLE);
                DuckDBAppender vectors = session.appender("embeddings");
                DuckDBAppender payloads = session.appender(Schema.PAYLOADS_TABLE)) {
            for (Row row : rows) {
                if (!except.contains(row.key)) {
                    row.appendHeader(headers, created);
                    if (row.apart) {
                        byte[] payload = bytes(BlobLayout.payload(row.record));
                        payloads.beginRow().append(row.id).append(payload).endRow();
                    } else {
                        row.appendVector(vectors, created);
                    }
                }
            }
            // close() alone would keep silent about rows that are refused
            headers.flush();
            vectors.flush();
            payloads.flush();
        }
    }

    private void appendHeader(DuckDBAppender headers, double created) throws SQLException {
        headers.beginRow().append(id);
        appendKey(headers);
        headers.append(created).append(record.sizeBytes()).append(apart);
        headers.append(record.headerBytes()).endRow();
    }

    private void appendVector(DuckDBAppender vectors, double created) throws SQLException {
        byte[] vector = record.dataBytes();
        appendKey(vectors.beginRow());
        vectors.append(vector.length / Float.BYTES)
                .append(vector)
                .append(created)
                .endRow();
    }

    private void appendKey(DuckDBAppender row) throws SQLException {
        row.append(key.modelVersion())
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
