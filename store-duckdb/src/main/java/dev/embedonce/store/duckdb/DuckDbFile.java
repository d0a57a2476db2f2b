package dev.embedonce.store.duckdb;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.PrivateFiles;
import dev.embedonce.store.support.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;

/**
 * An open database file, shared by all handles of this process, since DuckDB lets only one process have it and that one
 * only once. Reads run side by side, each on a connection of its own; writes one after the other. Thread-safe; each
 * {@link #open} is paired with a {@link #release}.
 */
final class DuckDbFile {
    private static final Map<Path, DuckDbFile> OPEN = new HashMap<>();
    private static final int IDLE_SESSIONS = 8;
    private static final int WRITE_ATTEMPTS = 8;

    /** Something done with a connection. */
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    private final Path path;
    private final Path identity;
    private final DuckDBConnection root;
    private final Deque<Session> idle = new ArrayDeque<>();
    private final ReentrantLock writing = new ReentrantLock();
    private int handles = 1;

    private DuckDbFile(Path path, Path identity, DuckDBConnection root) {
        this.path = path;
        this.identity = identity;
        this.root = root;
    }

    /** Opens the file, or joins those who have it open in this process; folders that are missing are created. */
    static DuckDbFile open(Path path, OptionalLong memoryLimit) {
        Path absolute = path.toAbsolutePath().normalize();
        synchronized (OPEN) {
            Path identity = identity(absolute);
            DuckDbFile file = OPEN.get(identity);
            if (file != null) {
                file.handles++;
                return file;
            }
            boolean fresh = !Files.exists(absolute);
            file = new DuckDbFile(absolute, identity, connect(absolute, memoryLimit));
            try {
                if (fresh) {
                    restrict(absolute);
                }
                file.read(session -> {
                    Schema.prepare(session, "duckdb:" + absolute);
                    return true;
                });
            } catch (RuntimeException e) {
                file.closeConnections();
                throw e;
            }
            OPEN.put(identity, file);
            return file;
        }
    }

    private static Path identity(Path path) {
        try {
            Path parent = path.getParent();
            if (parent == null || Files.isDirectory(path)) {
                throw new StoreUnavailableException("duckdb:" + path + " cannot be opened: it is a folder, not a file");
            }
            PrivateFiles.createFolders(parent);
            return Files.exists(path) ? path.toRealPath() : parent.toRealPath().resolve(path.getFileName());
        } catch (IOException e) {
            throw new StoreUnavailableException("duckdb:" + path + " cannot be opened: " + e, e);
        }
    }

    /**
     * Keeps others from a file that DuckDB has just made. By its name: to open and close it would give up this
     * process's locks on it.
     */
    private static void restrict(Path path) {
        try {
            PrivateFiles.restrict(path);
        } catch (IOException e) {
            throw StoreFailure.of("duckdb:" + path + " cannot be kept from others: " + e, e);
        }
    }

    private static DuckDBConnection connect(Path path, OptionalLong memoryLimit) {
        String quoted = path.toString().replace("'", "''");
        List<String> settings = List.of(
                // nothing is loaded from elsewhere, whatever a file claims to be
                "SET autoinstall_known_extensions = false",
                "SET autoload_known_extensions = false",
                "SET temp_directory = '" + quoted + ".tmp'",
                "SET memory_limit = '" + (memoryLimit.isPresent() ? memoryLimit.getAsLong() + "B" : "25%") + "'",
                // a batch of keys is looked up through the index up to this size, by a scan beyond it
                "SET dynamic_or_filter_threshold = 2048",
                // a log of this size is moved into the file, with all indexes anew: at half of it a bulk fill is an
                // eighth
                // slower, at twice as much opening after a kill takes seven seconds
                "SET checkpoint_threshold = '512MB'",
                "ATTACH '" + quoted + "' AS " + Schema.CATALOG + " (TYPE duckdb" + storageVersion(path) + ")");
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        try {
            DuckDBConnection connection = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties);
            try (var statement = connection.createStatement()) {
                for (String setting : settings) {
                    statement.execute(setting);
                }
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw refused(path, e);
        }
    }

    /**
     * A new file is made for every DuckDB since 1.0; one that is there keeps the version it has, which cannot be
     * lowered.
     */
    private static String storageVersion(Path path) {
        // asks for the size without opening the file: closing it would give up this process's locks on it
        return path.toFile().length() == 0 ? ", STORAGE_VERSION 'v1.0.0'" : "";
    }

    private static StoreUnavailableException refused(Path path, SQLException e) {
        String message = firstLine(e);
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("lock on file") || lower.contains("being used by another process")) {
            return new StoreUnavailableException(
                    "another process has " + path
                            + " open, and DuckDB lets only one process use a file, readers included."
                            + " Wait for it to end, or use a store that several processes may share: sqlite:PATH on one"
                            + " machine, postgresql://HOST/DATABASE on several (DuckDB says: " + message + ")",
                    e);
        }
        if (lower.contains("already attached")) {
            return new StoreUnavailableException(
                    path + " is already open in this process through a DuckDB connection that is not the cache's"
                            + " (DuckDB says: " + message + ")",
                    e);
        }
        return new StoreUnavailableException("duckdb:" + path + " cannot be opened: " + message, e);
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    Path path() {
        return path;
    }

    /** Runs a look-up on a connection of its own. */
    <T> T read(Work<T> work) {
        Session session = null;
        try {
            session = borrow();
            T result = work.run(session);
            giveBack(session);
            return result;
        } catch (SQLException e) {
            discard(session);
            throw unavailable(e);
        } catch (RuntimeException e) {
            discard(session);
            throw e;
        }
    }

    /**
     * Runs a change as one transaction, after all others; when it returns, the change is in the file's log, flushed to
     * disk. A conflict with a connection that is not the cache's is waited for, up to a second or so.
     *
     * @throws DuplicateKeyException if the change inserted a key that was there
     */
    <T> T write(Work<T> work) {
        writing.lock();
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return read(session -> transaction(session, work));
                } catch (StoreUnavailableException e) {
                    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
                    if (message.contains("duplicate key")) {
                        throw new DuplicateKeyException(e);
                    }
                    if (attempt == WRITE_ATTEMPTS || !message.contains("conflict")) {
                        throw e;
                    }
                    pause(5L << attempt);
                }
            }
        } finally {
            writing.unlock();
        }
    }

    private static <T> T transaction(Session session, Work<T> work) throws SQLException {
        session.execute("BEGIN TRANSACTION");
        // a failure gives up the connection, and with it the transaction
        T result = work.run(session);
        session.execute("COMMIT");
        return result;
    }

    private void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            throw StoreFailure.of("interrupted while waiting to write to duckdb:" + path, e);
        }
    }

    /** A key that was to be inserted is there already. */
    static final class DuplicateKeyException extends StoreUnavailableException {
        private static final long serialVersionUID = 1L;

        DuplicateKeyException(StoreUnavailableException refusal) {
            super(String.valueOf(refusal.getMessage()), refusal);
        }
    }

    /** A connection for a while; {@link #giveBack} or {@link #discard} it. */
    Session borrow() throws SQLException {
        synchronized (idle) {
            Session session = idle.pollFirst();
            if (session != null) {
                return session;
            }
        }
        return new Session(root.duplicate());
    }

    void giveBack(Session session) {
        synchronized (idle) {
            if (idle.size() < IDLE_SESSIONS) {
                idle.addFirst(session);
                return;
            }
        }
        discard(session);
    }

    void discard(@org.jspecify.annotations.Nullable Session session) {
        if (session != null) {
            try {
                session.close();
            } catch (SQLException e) {
                // it has failed already, and that has been or will be reported
            }
        }
    }

    StoreUnavailableException unavailable(SQLException e) {
        return new StoreUnavailableException("duckdb:" + path + " failed: " + firstLine(e), e);
    }

    /** Ends one handle's use; the last one closes the file. */
    void release() {
        synchronized (OPEN) {
            if (--handles == 0) {
                OPEN.remove(identity);
                try {
                    read(session -> {
                        Schema.markClosed(session);
                        return true;
                    });
                } finally {
                    closeConnections();
                }
            }
        }
    }

    private void closeConnections() {
        idle.forEach(this::discard);
        idle.clear();
        try {
            root.close();
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }
}
