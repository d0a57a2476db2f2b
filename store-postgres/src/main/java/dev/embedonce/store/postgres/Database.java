package dev.embedonce.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.embedonce.store.support.StoreFailure;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Collection;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool of connections and what may be done on one. Thread-safe. */
final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final int MAX_CONNECTIONS = 8;
    private static final int TRIES = 5;
    private static final long MIN_POOL_TIMEOUT_MILLIS = 250;

    /** Work on a connection, in one transaction. */
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private final PostgresSettings settings;
    private final HikariDataSource pool;

    Database(PostgresSettings settings) {
        this.settings = settings;
        try {
            this.pool = new HikariDataSource(config(settings));
        } catch (HikariPool.PoolInitializationException e) {
            throw StoreFailure.of(settings.description() + " cannot be reached: " + reason(e), e);
        }
    }

    private static HikariConfig config(PostgresSettings settings) {
        long millis = settings.timeout().toMillis();
        String seconds = Long.toString((millis + 999) / 1000);
        Properties driver = new Properties();
        driver.setProperty("user", settings.user());
        if (settings.server().password() != null) {
            driver.setProperty("password", settings.server().password());
        }
        driver.setProperty("sslmode", settings.sslMode());
        if (settings.sslRootCert() != null) {
            driver.setProperty("sslrootcert", settings.sslRootCert());
        }
        driver.setProperty("ApplicationName", "embedonce");
        driver.setProperty("connectTimeout", seconds);
        driver.setProperty("loginTimeout", seconds);
        // the server gives up first, and says why; this is for a server that says nothing any more
        driver.setProperty("socketTimeout", Long.toString((millis + 999) / 1000 + 1));
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty(
                "prepareThreshold", "-1"); // bytea travels as bytes from the first call on, not as hexadecimal text
        HikariConfig config = new HikariConfig();
        config.setPoolName("embedonce-postgresql");
        config.setJdbcUrl("jdbc:postgresql://" + settings.server().hostAndPort() + "/"
                + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8));
        // by name: where another loader than the system's has this module, DriverManager does not find its driver
        config.setDriverClassName("org.postgresql.Driver");
        config.setDataSourceProperties(driver);
        config.setMaximumPoolSize(MAX_CONNECTIONS);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(Math.max(MIN_POOL_TIMEOUT_MILLIS, millis));
        config.setValidationTimeout(Math.min(5_000, Math.max(MIN_POOL_TIMEOUT_MILLIS, millis)));
        config.setInitializationFailTimeout(1);
        config.setConnectionInitSql("SET statement_timeout = " + millis);
        return config;
    }

    /** The name of a table of ours. */
    String table(String name) {
        return "\"" + settings.schema() + "\"." + name;
    }

    String schema() {
        return settings.schema();
    }

    String description() {
        return settings.description();
    }

    /**
     * Does {@code work}, which only reads, in one transaction. If the connection turns out to be dead it is done again
     * on a new one, once: so a restart of the server between two batches is not noticed.
     *
     * @param doing what for, such as {@code look entries up}, for the message
     */
    <T> T read(String doing, Work<T> work) {
        return run(doing, work, true);
    }

    /**
     * Does {@code work} in one transaction. If the server breaks it off because two transactions waited for each other,
     * all of it is undone, and it is done again. It is not after a lost connection: nobody knows whether it was done.
     */
    <T> T run(String doing, Work<T> work) {
        return run(doing, work, false);
    }

    private <T> T run(String doing, Work<T> work, boolean again) {
        SQLException last = null;
        boolean reconnect = again;
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            try {
                return once(work);
            } catch (SQLException e) {
                last = e;
                if (Thread.currentThread().isInterrupted()) {
                    break; // only this caller has failed, not its connection's server
                }
                boolean lost = isConnectionFailure(e);
                if (lost) {
                    pool.getHikariPoolMXBean().softEvictConnections(); // the others are likely to be dead too
                }
                if (!isRolledBack(e) && !(lost && reconnect && !isTimeout(e))) {
                    break;
                }
                reconnect &= !lost;
            }
        }
        throw StoreFailure.of(
                settings.description() + " cannot " + doing + ": " + reason(Objects.requireNonNull(last)), last);
    }

    private <T> T once(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.on(connection);
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollback(connection);
                }
            }
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debug("the connection is gone, and the transaction with it", e);
        }
    }

    private static boolean isConnectionFailure(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") || state.startsWith("57P");
    }

    /** Whether the server let us wait for as long as we wait: to try again would double that. */
    private static boolean isTimeout(Throwable e) {
        return e instanceof SocketTimeoutException
                || e instanceof SQLTransientConnectionException
                || (e.getCause() != null && isTimeout(e.getCause()));
    }

    /** A deadlock or a failure to serialize. */
    private static boolean isRolledBack(SQLException e) {
        return "40P01".equals(e.getSQLState()) || "40001".equals(e.getSQLState());
    }

    private static String reason(Throwable e) {
        StringBuilder reason = new StringBuilder();
        for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
            if (reason.indexOf(message) < 0) {
                reason.append(reason.length() == 0 ? "" : ": ").append(message);
            }
        }
        return reason.toString();
    }

    /** A {@code bytea[]}. */
    static Array bytes(Connection connection, Collection<byte[]> values) throws SQLException {
        return connection.createArrayOf("bytea", values.toArray(byte[][]::new));
    }

    /** Closes the pool, also on a thread that has been interrupted: on one of those the pool would give up half-way. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            pool.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
