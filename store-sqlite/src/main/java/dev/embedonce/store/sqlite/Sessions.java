package dev.embedonce.store.sqlite;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.support.OpenGuard;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The connections of one store: one that writes, and some that read, opened when needed. A connection on which anything
 * failed is thrown away, which also takes back whatever it had begun. Thread-safe.
 */
final class Sessions implements AutoCloseable {
    private static final int MAX_READERS = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());

    /** Something done on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T on(Session session) throws SQLException;
    }

    private final Path file;
    private final SqliteOptions options;
    private final OpenGuard guard;
    private final ConcurrentLinkedDeque<Session> idleReaders = new ConcurrentLinkedDeque<>();
    private final Semaphore readers = new Semaphore(MAX_READERS);
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock closing = new ReentrantLock();
    private @Nullable Session writer;

    Sessions(Path file, SqliteOptions options) {
        this.file = file;
        this.options = options;
        this.guard = new OpenGuard("sqlite:" + file);
    }

    /** Runs {@code work} on a connection of its own for the time. It must leave no transaction open. */
    <T> T read(String doing, Work<T> work) {
        requireOpen();
        readers.acquireUninterruptibly();
        try {
            requireOpen();
            Session session = idleReaders.pollFirst();
            boolean sound = false;
            try {
                if (session == null) {
                    session = Session.open(file, options);
                    session.pragma("query_only = ON");
                }
                T result = work.on(session);
                sound = true;
                return result;
            } catch (SQLException e) {
                throw unavailable(doing, e);
            } finally {
                if (session != null) {
                    giveBack(session, sound);
                }
            }
        } finally {
            readers.release();
        }
    }

    private void giveBack(Session session, boolean sound) {
        if (!sound) {
            discard(session);
            return;
        }
        idleReaders.offerFirst(session);
        if (!guard.isOpen()) { // perhaps after close() had emptied the pool
            closeIdleReaders();
        }
    }

    private void closeIdleReaders() {
        for (Session idle = idleReaders.pollFirst(); idle != null; idle = idleReaders.pollFirst()) {
            discard(idle);
        }
    }

    /** Runs {@code work} as one transaction: all of it is done when this returns, and nothing of it if it throws. */
    <T> T write(String doing, Work<T> work) {
        requireOpen();
        writing.lock();
        try {
            requireOpen();
            boolean done = false;
            try {
                Session session = writer;
                if (session == null) {
                    session = Session.open(file, options);
                    writer = session;
                }
                session.execute("BEGIN IMMEDIATE");
                T result = work.on(session);
                session.execute("COMMIT");
                done = true;
                return result;
            } catch (SQLException e) {
                throw unavailable(doing, e);
            } finally {
                if (!done && writer != null) {
                    discard(writer);
                    writer = null;
                }
            }
        } finally {
            writing.unlock();
        }
    }

    /** One at a time: of connections that close together, none finds itself the last, and the log would stay. */
    private void discard(Session session) {
        closing.lock();
        try {
            session.close();
        } catch (SQLException e) {
            // it was to be thrown away; what went wrong before is being reported
        } finally {
            closing.unlock();
        }
    }

    StoreUnavailableException unavailable(String doing, SQLException e) {
        return unavailable(file, options, doing, e);
    }

    static StoreUnavailableException unavailable(Path file, SqliteOptions options, String doing, SQLException e) {
        return new StoreUnavailableException("the sqlite store " + file + ", " + doing + ": " + reason(options, e), e);
    }

    private static String reason(SqliteOptions options, SQLException e) {
        String detail = String.valueOf(e.getMessage());
        if (!(e instanceof SQLiteException sqlite)) {
            return detail;
        }
        SQLiteErrorCode code = sqlite.getResultCode();
        return switch (code.code & 0xFF) {
            case 5, 6 ->
                "another process has it locked; waited " + options.busyTimeout().toMillis()
                        + " ms (option busy-timeout)";
            case 8 -> "it is not writable (" + name(code) + ")";
            case 10 -> "reading or writing failed (" + name(code) + ")";
            case 11, 26 -> "the file is damaged (" + name(code) + "); move it away or delete it, and a new one is made";
            case 13 -> "the disk is full";
            case 14 -> "the file or its folder cannot be opened for writing";
            default -> detail;
        };
    }

    private static String name(SQLiteErrorCode code) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    OpenGuard guard() {
        return guard;
    }

    void requireOpen() {
        guard.requireOpen();
    }

    /**
     * Waits for a write in progress; reads in progress end by themselves, and the last one closes the last connection.
     */
    @Override
    public void close() {
        writing.lock();
        try {
            guard.close(this::closeConnections);
        } finally {
            writing.unlock();
        }
    }

    private void closeConnections() {
        closeIdleReaders();
        if (writer != null) {
            try {
                // without waiting for other processes; the last connection of all removes the log
                writer.pragma("wal_checkpoint(PASSIVE)");
            } catch (SQLException e) {
                // the log stays, and whoever opens the store next reads it
            } finally {
                discard(writer);
                writer = null;
            }
        }
    }
}
