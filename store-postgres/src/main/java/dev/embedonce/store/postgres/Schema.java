package dev.embedonce.store.postgres;

import dev.embedonce.error.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables and how they come to be. Layout 1:
 *
 * <pre>
 * layout      version: one row, the number of this layout
 * namespaces  id; digest: 32 bytes that follow from the two versions; model, preproc
 * entries     namespace, content: the key, content being the hash's bytes; header; payload; payload_layout: 0 the data
 * as it is,
 *             1 as BlobLayout lays it out; data_bytes; parts: 0, or in how many parts the payload lies; created
 * parts       namespace, content, number; bytes: a piece of the payload of an entry too large for one row
 * leases      namespace, content; owner; expires: on the server's clock
 * counters    name, value
 * </pre>
 */
final class Schema {
    static final int LAYOUT = 1;

    /** What leads from each layout to the next; the first makes layout 1 from nothing. */
    private static final List<String> MIGRATIONS = List.of("""
            CREATE TABLE %1$s.layout (version integer NOT NULL);
            INSERT INTO %1$s.layout VALUES (0);
            CREATE TABLE %1$s.namespaces (
              id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              digest bytea NOT NULL UNIQUE,
              model text NOT NULL,
              preproc text NOT NULL);
            CREATE TABLE %1$s.entries (
              namespace integer NOT NULL REFERENCES %1$s.namespaces,
              content bytea NOT NULL,
              header bytea NOT NULL,
              payload bytea NOT NULL,
              payload_layout smallint NOT NULL,
              data_bytes bigint NOT NULL,
              parts integer NOT NULL,
              created timestamptz NOT NULL DEFAULT clock_timestamp(),
              PRIMARY KEY (namespace, content));
            ALTER TABLE %1$s.entries ALTER header SET STORAGE EXTERNAL, ALTER payload SET STORAGE EXTERNAL;
            CREATE TABLE %1$s.parts (
              namespace integer NOT NULL,
              content bytea NOT NULL,
              number integer NOT NULL,
              bytes bytea NOT NULL,
              PRIMARY KEY (namespace, content, number),
              FOREIGN KEY (namespace, content) REFERENCES %1$s.entries ON DELETE CASCADE);
            ALTER TABLE %1$s.parts ALTER bytes SET STORAGE EXTERNAL;
            CREATE UNLOGGED TABLE %1$s.leases (
              namespace integer NOT NULL,
              content bytea NOT NULL,
              owner text NOT NULL,
              expires timestamptz NOT NULL,
              PRIMARY KEY (namespace, content));
            CREATE TABLE %1$s.counters (name text PRIMARY KEY, value bigint NOT NULL);
            """);

    private Schema() {}

    /**
     * Makes or migrates the tables. Several processes may do so at once: one works, the others wait.
     *
     * @throws StoreUnavailableException if a newer EmbedOnce has made them
     */
    static void prepare(Database database) {
        int found = database.read("tell its layout", connection -> layout(database, connection));
        if (found < LAYOUT) {
            database.run("make its tables", connection -> {
                migrate(database, connection);
                return LAYOUT;
            });
        }
    }

    /** The layout that is there, 0 for none. */
    private static int layout(Database database, Connection connection) throws SQLException {
        // not to_regclass: that may answer from a cache that is older than the lock we hold
        try (PreparedStatement exists = connection.prepareStatement(
                "SELECT FROM pg_catalog.pg_class c"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = 'layout'")) {
            exists.setString(1, database.schema());
            try (ResultSet rows = exists.executeQuery()) {
                if (!rows.next()) {
                    return 0;
                }
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version FROM " + database.table("layout"))) {
            int version = rows.next() ? rows.getInt(1) : 0;
            if (version > LAYOUT) {
                throw new StoreUnavailableException(database.description() + " has tables of layout " + version
                        + ", made by a newer EmbedOnce; this build knows layout " + LAYOUT);
            }
            return version;
        }
    }

    private static void migrate(Database database, Connection connection) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            lock.setString(1, "embedonce schema " + database.schema());
            lock.execute();
        }
        int from = layout(database, connection); // another process may have been first
        try (Statement statement = connection.createStatement()) {
            if (from == 0) {
                statement.execute("CREATE SCHEMA IF NOT EXISTS \"" + database.schema() + "\"");
            }
            for (int step = from; step < LAYOUT; step++) {
                String script = String.format(MIGRATIONS.get(step), "\"" + database.schema() + "\"");
                for (String command : script.split(";\\s*", -1)) {
                    if (!command.isBlank()) {
                        statement.execute(
                                command); // one at a time: each is prepared, which needs what the last one made
                    }
                }
            }
            statement.execute("UPDATE " + database.table("layout") + " SET version = " + LAYOUT);
        }
    }
}
