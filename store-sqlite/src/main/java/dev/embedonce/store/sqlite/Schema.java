package dev.embedonce.store.sqlite;

import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.StoreFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * The tables, and whose they are: SQLite's application id says that a file is ours, its user version which schema it has.
 *
 * <pre>
 * namespaces  id, model_version, preproc_version, entries, bytes    a pair of versions, and how much lies under it; never deleted
 * entries     id, namespace, content_hash, size, created, layout, chunks, header, payload
 *             size: bytes of header and data; created: epoch milliseconds; layout: 0 if the payload is the data as it is, 1 if it is
 *             a safetensors file; chunks: 0, or how many rows of chunks hold the payload
 * chunks      entry, seq, bytes                                     a payload larger than a row should be
 * leases      namespace, content_hash, owner, expires               expires: epoch milliseconds
 * counters    name, value
 * </pre>
 *
 * <p>Entries stand in the order they came, with an index over the key: keys are hashes, and a table in their order would be written
 * all over the file.
 */
final class Schema {
    /** "EMBO". */
    static final int APPLICATION_ID = 0x454D424F;

    static final int VERSION = 1;

    /** Holds four vectors of 384 floats, or one of 1280. */
    private static final int PAGE_BYTES = 8 * 1024;

    private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final int USER_VERSION_OFFSET = 60;
    private static final int APPLICATION_ID_OFFSET = 68;
    private static final int HEADER_BYTES = 100;

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
              expires INTEGER NOT NULL);
            CREATE UNIQUE INDEX leases_by_key ON leases(namespace, content_hash);
            CREATE TABLE counters(
              name TEXT PRIMARY KEY,
              value INTEGER NOT NULL) WITHOUT ROWID;
            """;

    private Schema() {}

    /** Creates what is missing, and refuses, without touching it, a file that is not ours or is newer than this build. */
    static void prepare(Path file, SqliteOptions options) {
        createFolder(file);
        refuseForeignFile(file);
        try (Session session = Session.open(file, options)) {
            if (!session.pragma("application_id").equals(Integer.toString(APPLICATION_ID))) {
                create(file, session);
            }
            requireVersion(file, Integer.parseInt(session.pragma("user_version")));
            useLog(session, options);
        } catch (SQLException e) {
            throw Sessions.unavailable(file, options, "opening it", e);
        }
    }

    private static void createFolder(Path file) {
        if (Files.isDirectory(file)) {
            throw new StoreUnavailableException(
                    "the sqlite store " + file + " is a folder; expected a file, such as " + file.resolve("cache.db"));
        }
        Path folder = file.getParent();
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new StoreUnavailableException("cannot create the folder " + folder + " of the sqlite store: " + e, e);
        }
    }

    /**
     * Reads the file's own header. What SQLite has not yet moved from its log is not in it, but the application id always is: it is
     * written before the log is switched on.
     */
    private static void refuseForeignFile(Path file) {
        byte[] start;
        try (InputStream in = Files.exists(file) ? Files.newInputStream(file) : InputStream.nullInputStream()) {
            start = in.readNBytes(HEADER_BYTES);
        } catch (IOException e) {
            throw new StoreUnavailableException("cannot read the sqlite store " + file + ": " + e, e);
        }
        if (start.length == 0) {
            return;
        }
        ByteBuffer header = ByteBuffer.wrap(start);
        if (start.length < HEADER_BYTES || !header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            throw new StoreUnavailableException(file + " is not an EmbedOnce cache: it is no SQLite database at all, or"
                    + " its start is damaged; it has been left as it is");
        }
        if (header.getInt(APPLICATION_ID_OFFSET) != APPLICATION_ID) {
            throw new StoreUnavailableException(
                    file + " is a SQLite database of another program, not an EmbedOnce cache;"
                            + " it has been left as it is");
        }
        requireVersion(file, header.getInt(USER_VERSION_OFFSET));
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
        if (!session.pragma("application_id").equals(Integer.toString(APPLICATION_ID))) {
            if (!session.pragma("schema_version").equals("0")) {
                throw new StoreUnavailableException(file + " is a SQLite database of another program, not an EmbedOnce"
                        + " cache; it has been left as it is");
            }
            session.script(TABLES);
            session.script("PRAGMA application_id = " + APPLICATION_ID);
            session.script("PRAGMA user_version = " + VERSION);
        }
        session.execute("COMMIT");
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
