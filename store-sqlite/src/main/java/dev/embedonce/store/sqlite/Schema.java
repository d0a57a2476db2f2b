package dev.embedonce.store.sqlite;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.PrivateFiles;
import dev.embedonce.store.support.StoreFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The tables, and whose they are: SQLite's application id says that a file is ours, its user version which schema it
 * has.
 *
 * <pre>
 * namespaces  id, model_version, preproc_version, entries, bytes    a pair of versions, and how much lies under it;
 * never deleted entries     id, namespace, content_hash, size, created, layout, chunks, header, payload
 *             size: bytes of header and data; created: epoch milliseconds; layout: 0 if the payload is the data as it
 *             is, 1 if it is a safetensors file; chunks: 0, or how many rows of chunks hold the payload
 * chunks      entry, seq, bytes                                     a payload larger than a row should be
 * leases      namespace, content_hash, owner, expires, taken        epoch milliseconds; taken: when the lease was taken
 * or renewed, 0 if
 *             a build said so that did not note it; files made by such a build get the column when they are opened
 * counters    name, value
 * </pre>
 *
 * <p>Entries stand in the order they came, with an index over the key: keys are hashes, and a table in their order
 * would be written all over the file.
 */
final class Schema {
    /** "EMBO". */
    static final int APPLICATION_ID = 0x454D424F;

    static final int VERSION = 1;

    /** Holds four vectors of 384 floats, or one of 1280. */
    private static final int PAGE_BYTES = 8 * 1024;

    private static final String TABLES = """
            CREATE TABLE namespaces(
              id INTEGER PRIMARY KEY,
              model_version TEXT NOT NULL,
              preproc_version TEXT NOT NULL,
              entries INTEGER NOT NULL DEFAULT 0,
              bytes INTEGER NOT NULL DEFAULT 0,
              UNIQUE(model_version, preproc_version));
            CREATE TABLE entries(
              id INTEGER PRIMARY KEY,
              namespace INTEGER NOT NULL,
              content_hash BLOB NOT NULL,
              size INTEGER NOT NULL,
              created INTEGER NOT NULL,
              layout INTEGER NOT NULL,
              chunks INTEGER NOT NULL,
              header BLOB,
              payload BLOB);
            CREATE UNIQUE INDEX entries_by_key ON entries(namespace, content_hash);
            CREATE TABLE chunks(
              entry INTEGER NOT NULL,
              seq INTEGER NOT NULL,
              bytes BLOB NOT NULL);
            CREATE UNIQUE INDEX chunks_by_entry ON chunks(entry, seq);
            CREATE TABLE leases(
              id INTEGER PRIMARY KEY,
              namespace INTEGER NOT NULL,
              content_hash BLOB NOT NULL,
              owner TEXT NOT NULL,
              expires INTEGER NOT NULL,
              taken INTEGER NOT NULL DEFAULT 0);
            CREATE UNIQUE INDEX leases_by_key ON leases(namespace, content_hash);
            CREATE TABLE counters(
              name TEXT PRIMARY KEY,
              value INTEGER NOT NULL) WITHOUT ROWID;
            """;

    private Schema() {}

    /**
     * Creates what is missing, and refuses, without touching it, a file that is not ours or is newer than this build.
     */
    static void prepare(Path file, SqliteOptions options) {
        createFile(file);
        try (Session session = Session.open(file, options)) {
            requireOurs(file, session);
            if (!isOurs(session)) {
                create(file, session);
            }
            requireVersion(file, Integer.parseInt(session.pragma("user_version")));
            useLog(session, options);
            addTaken(session);
        } catch (SQLException e) {
            if (e instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_NOTADB) {
                throw noDatabase(file, e);
            }
            throw Sessions.unavailable(file, options, "opening it", e);
        }
    }

    private static StoreUnavailableException noDatabase(Path file, @Nullable SQLException e) {
        return new StoreUnavailableException(
                file + " is not an EmbedOnce cache: it is no SQLite database at all, or its start is damaged;"
                        + " it has been left as it is",
                e);
    }

    /**
     * Makes the folder and an empty file that only its owner can read; SQLite makes the files beside it after its
     * example. One at a time: a new file is open for a moment, and must be closed before another thread has SQLite open
     * it.
     */
    private static synchronized void createFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new StoreUnavailableException(
                    "the sqlite store " + file + " is a folder; expected a file, such as " + file.resolve("cache.db"));
        }
        Path folder = file.getParent();
        try {
            if (folder != null) {
                PrivateFiles.createFolders(folder);
            }
            PrivateFiles.createFile(file);
            if (Files.size(file) == 1) { // which SQLite takes for an empty file
                throw noDatabase(file, null);
            }
        } catch (IOException e) {
            throw StoreFailure.of("cannot create the sqlite store " + file + ": " + e, e);
        }
    }

    /**
     * Refuses a database of another program. Asked through SQLite and never read as a file: closing a file that this
     * process has open elsewhere gives up all of its locks on it, and then other processes delete the log that is in
     * use.
     */
    private static void requireOurs(Path file, Session session) throws SQLException {
        boolean fresh = session.pragma("application_id").equals("0")
                && session.pragma("schema_version").equals("0");
        if (!fresh && !isOurs(session)) {
            throw new StoreUnavailableException(
                    file + " is a SQLite database of another program, not an EmbedOnce cache;"
                            + " it has been left as it is");
        }
    }

    private static boolean isOurs(Session session) throws SQLException {
        return session.pragma("application_id").equals(Integer.toString(APPLICATION_ID));
    }

    private static void requireVersion(Path file, int version) {
        if (version > VERSION) {
            throw new StoreUnavailableException("the sqlite store " + file + " was made by a newer EmbedOnce (schema "
                    + version + "); this one reads schema " + VERSION);
        }
        if (version < 1) {
            throw new StoreUnavailableException("the sqlite store " + file + " says it has schema " + version
                    + ", which never was; its start is damaged");
        }
    }

    private static void create(Path file, Session session) throws SQLException {
        session.pragma("page_size = " + PAGE_BYTES);
        session.execute("BEGIN IMMEDIATE");
        // another process may have been faster
        requireOurs(file, session);
        if (!isOurs(session)) {
            session.script(TABLES);
            session.script("PRAGMA application_id = " + APPLICATION_ID);
            session.script("PRAGMA user_version = " + VERSION);
        }
        session.execute("COMMIT");
    }

    /** Earlier builds go on working with a file that has this column. */
    private static void addTaken(Session session) throws SQLException {
        if (!hasTaken(session)) {
            session.execute("BEGIN IMMEDIATE");
            if (!hasTaken(session)) { // another process may have been faster
                session.script("ALTER TABLE leases ADD COLUMN taken INTEGER NOT NULL DEFAULT 0");
            }
            session.execute("COMMIT");
        }
    }

    private static boolean hasTaken(Session session) throws SQLException {
        try (ResultSet rows = session.prepared("SELECT 1 FROM pragma_table_info('leases') WHERE name = 'taken'")
                .executeQuery()) {
            return rows.next();
        }
    }

    /** Switches the write-ahead log on: readers and a writer do not wait for each other. The file remembers it. */
    private static void useLog(Session session, SqliteOptions options) throws SQLException {
        long deadline = System.nanoTime() + options.busyTimeout().toNanos();
        while (true) {
            try {
                String mode = session.pragma("journal_mode = WAL");
                if (mode.equals("wal")) {
                    return;
                }
                throw new SQLException("this file system does not carry SQLite's write-ahead log (journal mode " + mode
                        + "); put the cache on a local disk");
            } catch (SQLiteException e) {
                // two processes that create a store together: SQLite does not wait here by itself
                if (e.getResultCode() != SQLiteErrorCode.SQLITE_BUSY || System.nanoTime() > deadline) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw StoreFailure.of("interrupted while waiting for another process that opens the sqlite store", e);
        }
    }
}
