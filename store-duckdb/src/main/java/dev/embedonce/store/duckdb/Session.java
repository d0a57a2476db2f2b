package dev.embedonce.store.duckdb;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** One connection and its prepared statements. Not thread-safe. */
final class Session {
    private final DuckDBConnection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Session(DuckDBConnection connection) {
        this.connection = connection;
    }

    /** A statement of this session's: prepared once, used again, closed with the session. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return statement;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** An appender to one of the tables; what it has appended counts only after its {@code flush()} has returned. */
    DuckDBAppender appender(String table) throws SQLException {
        return connection.createAppender(Schema.CATALOG, "main", table);
    }

    /** An SQL list for a parameter that is unnested. */
    java.sql.Array list(String type, Object[] values) throws SQLException {
        return connection.createArrayOf(type, values);
    }

    void close() throws SQLException {
        try (connection) {
            for (PreparedStatement statement : prepared.values()) {
                statement.close();
            }
        }
    }
}
