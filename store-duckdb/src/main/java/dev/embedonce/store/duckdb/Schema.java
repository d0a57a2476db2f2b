package dev.embedonce.store.duckdb;

import dev.embedonce.error.StoreUnavailableException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of a store's file.
 *
 * <p>{@code embeddings} is the article's, to the letter, so that its Python class reads our vectors and writes its own
 * with its six-value INSERT OR REPLACE; an extra column or a second unique index would break that, the plain index on
 * {@code content_hash} does not. All that is ours stands beside it:
 *
 * <pre>
 * embedonce_headers   one row for each record of ours, by {@link Keys#id}. apart = false: the vector is the row of the
 * same key in
 *                     embeddings, as long as that row's created_ts is the one remembered here; otherwise somebody else
 *                     has replaced it, and it is foreign. apart = true: the data is in embedonce_payloads, and
 *                     embeddings has no row.
 * embedonce_payloads  bundles (safetensors), links (empty), vectors without elements: nothing that the article's class
 * may see embedonce_counters  named sums embedonce_format    one row: the version of this layout, and whether a process
 * of ours has the file in use or has died over it
 * </pre>
 */
final class Schema {
    /** Under which name the file is attached. */
    static final String CATALOG = "cache";

    static final String EMBEDDINGS = CATALOG + ".main.embeddings";
    static final String HEADERS_TABLE = "embedonce_headers";
    static final String HEADERS = CATALOG + ".main." + HEADERS_TABLE;
    static final String PAYLOADS_TABLE = "embedonce_payloads";
    static final String PAYLOADS = CATALOG + ".main." + PAYLOADS_TABLE;
    static final String COUNTERS = CATALOG + ".main.embedonce_counters";
    private static final String FORMAT = CATALOG + ".main.embedonce_format";

    private static final int VERSION = 1;

    private static final List<String> ARTICLE_COLUMNS = List.of(
            "model_version VARCHAR",
            "preproc_version VARCHAR",
            "content_hash VARCHAR",
            "dim INTEGER",
            "vec BLOB",
            "created_ts DOUBLE");

    private static final String INDEX = "embedonce_by_content_hash";
    private static final String CREATE_INDEX =
            "CREATE INDEX IF NOT EXISTS " + INDEX + " ON " + EMBEDDINGS + " (content_hash)";

    private static final List<String> TABLES = List.of(
            "CREATE TABLE IF NOT EXISTS " + EMBEDDINGS + " (model_version VARCHAR NOT NULL,"
                    + " preproc_version VARCHAR NOT NULL, content_hash VARCHAR NOT NULL, dim INTEGER NOT NULL,"
                    + " vec BLOB NOT NULL, created_ts DOUBLE NOT NULL,"
                    + " PRIMARY KEY (model_version, preproc_version, content_hash))",
            CREATE_INDEX,
            "CREATE TABLE IF NOT EXISTS " + HEADERS + " (key_id UUID PRIMARY KEY, model_version VARCHAR NOT NULL,"
                    + " preproc_version VARCHAR NOT NULL, content_hash VARCHAR NOT NULL, created_ts DOUBLE NOT NULL,"
                    + " size_bytes BIGINT NOT NULL, apart BOOLEAN NOT NULL, header BLOB NOT NULL)",
            "CREATE TABLE IF NOT EXISTS " + PAYLOADS + " (key_id UUID PRIMARY KEY, payload BLOB NOT NULL)",
            "CREATE TABLE IF NOT EXISTS " + COUNTERS + " (name VARCHAR PRIMARY KEY, total BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS " + FORMAT + " (version INTEGER NOT NULL, in_use BOOLEAN NOT NULL)",
            "INSERT INTO " + FORMAT + " SELECT " + VERSION + ", true WHERE NOT EXISTS (FROM " + FORMAT + ")");

    private static final List<String> REBUILD_INDEX =
            List.of("DROP INDEX IF EXISTS " + CATALOG + ".main." + INDEX, CREATE_INDEX);

    private Schema() {}

    /**
     * Adds what is missing, in one transaction, and notes that the file is in use.
     *
     * @throws StoreUnavailableException if there is a table of the article's name with another shape, or our tables are
     *     of a newer version; nothing has been changed then
     */
    static void prepare(Session session, String description) throws SQLException {
        List<String> columns = texts(session, "embeddings", "column_name || ' ' || data_type", "columns");
        if (!columns.isEmpty()) {
            requireArticleTable(session, description, columns);
        }
        boolean known =
                !texts(session, "embedonce_format", "column_name", "columns").isEmpty();
        boolean diedInUse = known && inUse(session, description);
        if (known && !diedInUse) {
            session.execute("UPDATE " + FORMAT + " SET in_use = true");
            return;
        }
        session.execute("BEGIN TRANSACTION");
        for (String statement : diedInUse ? REBUILD_INDEX : TABLES) {
            session.execute(statement);
        }
        session.execute("COMMIT");
    }

    /**
     * Makes the index on {@code content_hash} anew. DuckDB up to 1.5 loses entries of such an index, never rows, when
     * it opens a file whose last user was killed and closes it again: then look-ups miss rows that are there.
     */
    // Source: https://github.com/duckdb/duckdb/pull/25771
    static void rebuildIndex(Session session) throws SQLException {
        for (String statement : REBUILD_INDEX) {
            session.execute(statement);
        }
    }

    /** Notes that the file is left in good order. */
    static void markClosed(Session session) throws SQLException {
        session.execute("UPDATE " + FORMAT + " SET in_use = false");
    }

    private static void requireArticleTable(Session session, String description, List<String> columns)
            throws SQLException {
        List<String> keys =
                texts(session, "embeddings", "array_to_string(constraint_column_names, ', ')", "constraints");
        if (!columns.equals(ARTICLE_COLUMNS) || !keys.contains("model_version, preproc_version, content_hash")) {
            throw new StoreUnavailableException(
                    description + " has a table 'embeddings' that is not a cache: expected ("
                            + String.join(", ", ARTICLE_COLUMNS)
                            + ") with the first three as primary key; found (" + String.join(", ", columns)
                            + "). It has been left as it is; name another file");
        }
    }

    private static boolean inUse(Session session, String description) throws SQLException {
        try (ResultSet found = session.prepare("SELECT max(version), bool_or(in_use) FROM " + FORMAT)
                .executeQuery()) {
            int version = found.next() ? found.getInt(1) : 0;
            if (version != VERSION) {
                throw new StoreUnavailableException(description + " has tables of layout version " + version
                        + "; this build of EmbedOnce knows version " + VERSION);
            }
            return found.getBoolean(2);
        }
    }

    private static List<String> texts(Session session, String table, String what, String catalogue)
            throws SQLException {
        String order = catalogue.equals("columns") ? "column_index" : "constraint_index";
        String filter = catalogue.equals("columns") ? "" : " AND constraint_type = 'PRIMARY KEY'";
        PreparedStatement statement = session.prepare("SELECT " + what + " FROM duckdb_" + catalogue
                + "() WHERE database_name = '" + CATALOG + "' AND schema_name = 'main' AND table_name = ?" + filter
                + " ORDER BY " + order);
        statement.setString(1, table);
        List<String> texts = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
