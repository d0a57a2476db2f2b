package dev.embedonce.store.sqlite;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/** One connection with its prepared statements. Not thread-safe: {@link Sessions} lends it to one thread at a time. */
final class Session implements AutoCloseable {
    /** Pages kept by each connection, in KiB: enough for the upper levels of a million rows' index. */
    private static final int CACHE_KIB = 8 * 1024;

    /**
     * The log is moved into the file when it has this many pages: rarely, so that a page that changes often is moved
     * once.
     */
    private static final int LOG_PAGES = 4 * 1024;

    /** What the log is cut down to when it has been larger. */
    private static final int LOG_BYTES = 64 << 20;

    private static final Properties SETTINGS = new Properties();

    static {
        // the driver would compile and run another statement after each insert, for a number that nobody asks for
        SETTINGS.setProperty(SQLiteConfig.Pragma.JDBC_GET_GENERATED_KEYS.getPragmaName(), "false");
    }

    private final SQLiteConnection connection;
    private final @Nullable Clock clock;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Session(SQLiteConnection connection, @Nullable Clock clock) {
        this.connection = connection;
        this.clock = clock;
    }

    static Session open(Path file, SqliteOptions options) throws SQLException {
        Session session = new Session(JDBC.createConnection("jdbc:sqlite:" + file, SETTINGS), options.clock());
        try {
            session.pragma("busy_timeout = " + options.busyTimeout().toMillis());
            session.pragma("synchronous = " + (options.fsync() ? "FULL" : "NORMAL"));
            session.pragma("cache_size = -" + CACHE_KIB);
            session.pragma("mmap_size = " + options.mmapBytes());
            session.pragma("wal_autocheckpoint = " + LOG_PAGES);
            session.pragma("journal_size_limit = " + LOG_BYTES);
            return session;
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    /** A statement that is compiled once for each connection. */
    PreparedStatement prepared(String sql) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        return statement;
    }

    /** Runs a statement without parameters. */
    void execute(String sql) throws SQLException {
        prepared(sql).execute();
    }

    /** Runs statements that are not worth keeping. */
    void script(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** Runs {@code PRAGMA} and gives its first answer, or the empty string. */
    String pragma(String pragma) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute("PRAGMA " + pragma)) {
                return "";
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : "";
            }
        }
    }

    /** Milliseconds since the epoch by the store's clock. */
    long now() throws SQLException {
        if (clock != null) {
            return clock.millis();
        }
        try (ResultSet rows = prepared("SELECT CAST(round(unixepoch('subsec') * 1000) AS INTEGER)")
                .executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
