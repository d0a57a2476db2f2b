package dev.embedonce.store.duckdb;

import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;

/** A batch of distinct keys on its way into a statement. */
final class Keys {
    /**
     * The batch as a relation {@code k(ord, model_version, preproc_version, content_hash, key_id)}; {@code ord} is the
     * index in {@link #list()}. Takes {@link #PARAMETERS} parameters.
     */
    static final String RELATION =
            "(SELECT unnest(?::VARCHAR[]) AS model_version, unnest(?::VARCHAR[]) AS preproc_version,"
                    + " unnest(?::VARCHAR[]) AS content_hash, unnest(?::UUID[]) AS key_id,"
                    + " unnest(range(?::BIGINT)) AS ord) AS k";

    /** How many parameters {@link #bind} sets. */
    static final int PARAMETERS = 5;

    private final List<CacheKey> list;
    private final UUID[] ids;

    Keys(Collection<CacheKey> keys) {
        list = List.copyOf(new LinkedHashSet<>(keys));
        ids = list.stream().map(Keys::id).toArray(UUID[]::new);
    }

    /**
     * What stands for a key in our side tables: 128 bits of a digest over its three parts, so that a look-up compares
     * numbers and not texts. It proves nothing: the header echoes the full key.
     */
    static UUID id(CacheKey key) {
        ByteBuffer digest = ByteBuffer.wrap(FramedDigest.tagged("embedonce.duckdb.key.v1")
                .put("model", key.modelVersion())
                .put("preproc", key.preprocVersion())
                .put("content", key.contentHash().hex())
                .toContentHash()
                .toBytes());
        return new UUID(digest.getLong(), digest.getLong());
    }

    List<CacheKey> list() {
        return list;
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /** Sets the parameters of {@link #RELATION}, the statement's first. */
    PreparedStatement bind(Session session, String sql) throws SQLException {
        PreparedStatement statement = session.prepare(sql);
        statement.setArray(1, session.list("VARCHAR", texts(CacheKey::modelVersion)));
        statement.setArray(2, session.list("VARCHAR", texts(CacheKey::preprocVersion)));
        statement.setArray(
                3, session.list("VARCHAR", texts(key -> key.contentHash().hex())));
        statement.setArray(4, session.list("UUID", ids));
        statement.setLong(5, list.size());
        return statement;
    }

    private Object[] texts(java.util.function.Function<CacheKey, String> part) {
        return list.stream().map(part).toArray();
    }
}
