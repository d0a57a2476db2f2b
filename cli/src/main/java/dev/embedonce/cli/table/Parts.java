package dev.embedonce.cli.table;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.table.Change;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the parts of one pair of versions, through DuckDB, which reads what Spark writes (snappy, zstd) and
 * whose parts Spark reads. Not thread-safe.
 */
final class Parts implements AutoCloseable {
    private static final String SCHEMA = "(hash BLOB, link BLOB, vector FLOAT[], bundle BLOB, header BLOB)";
    private static final String COLUMNS = "hash, link, vector::FLOAT[], bundle, header";

    /** Rows of a row group: 40 MB of vectors of 1,280 floats. */
    private static final String FORMAT = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 8192)";

    /** How many bytes of rows are handed out together, unless one row has more. */
    private static final long BATCH_BYTES = 64L << 20;

    private static final int BATCH_ROWS = 1_000;

    private final LocalTable table;
    private final TableVersion version;
    private final DuckDBConnection duckdb;
    private final Statement sql;

    /** Something that is done with SQL. */
    @FunctionalInterface
    private interface Step<T> {
        T run() throws SQLException;
    }

    /** What is done with a batch. */
    @FunctionalInterface
    interface BatchAction<T> {
        void accept(List<T> batch) throws IOException;
    }

    Parts(LocalTable table, TableVersion version) {
        this.table = table;
        this.version = version;
        try {
            Properties streaming = new Properties();
            streaming.setProperty("jdbc_stream_results", "true");
            this.duckdb = DriverManager.getConnection("jdbc:duckdb:", streaming).unwrap(DuckDBConnection.class);
            this.sql = duckdb.createStatement();
            sql.execute("SET temp_directory = ''"); // nothing of it in the user's folder
            sql.execute("CREATE TABLE rows " + SCHEMA);
            sql.execute("CREATE TABLE dropped (hash BLOB, links BOOLEAN)");
            sql.execute("CREATE TABLE own (hash BLOB, size BIGINT)");
        } catch (SQLException e) {
            throw new CliException("cannot start DuckDB: " + firstLine(e));
        }
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private <T> T step(String what, Step<T> step) {
        try {
            return step.run();
        } catch (SQLException e) {
            throw failure(what, e);
        }
    }

    private CliException failure(String what, SQLException e) {
        return new CliException("cannot " + what + " (" + table.description() + "): " + firstLine(e)
                + "; if a part is damaged, 'cache verify --repair' takes it out");
    }

    /** Parts as a source of rows; characters that mean patterns to DuckDB stand for themselves. */
    private String rowsOf(Collection<Part> parts) {
        if (parts.isEmpty()) {
            return "(SELECT * FROM rows LIMIT 0)";
        }
        return parts.stream()
                .map(part -> literal(file(part).toString().replaceAll("([\\[*?])", "[$1]")))
                .collect(Collectors.joining(", ", "read_parquet([", "], hive_partitioning = false)"));
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private Path file(Part part) {
        return table.files().resolve(version.path(part));
    }

    /**
     * Hands out a part's rows, a batch at a time. What cannot be read is left out.
     *
     * @return how many rows were handed out
     */
    long read(Part part, Consumer<List<TableRow>> action) {
        String select =
                "SELECT " + COLUMNS + " FROM " + rowsOf(List.of(part)) + " WHERE octet_length(hash) BETWEEN 32 AND 64";
        long read = 0;
        List<TableRow> batch = new ArrayList<>();
        long bytes = 0;
        try (ResultSet found = sql.executeQuery(select)) {
            while (found.next()) {
                TableRow row = row(found);
                batch.add(row);
                bytes += sizeBytes(row);
                if (batch.size() == BATCH_ROWS || bytes >= BATCH_BYTES) {
                    action.accept(batch);
                    read += batch.size();
                    batch = new ArrayList<>();
                    bytes = 0;
                }
            }
        } catch (SQLException e) {
            if (Files.exists(file(part)) && !Files.isReadable(file(part))) {
                throw new CliException("cannot read " + file(part) + ": permission denied");
            }
            // what has been read is as good as its checksums say
        }
        action.accept(batch);
        return read + batch.size();
    }

    private static TableRow row(ResultSet found) throws SQLException {
        byte[] header = found.getBytes(5);
        return new TableRow(
                found.getBytes(1),
                found.getBytes(2),
                floats(found.getArray(3)),
                found.getBytes(4),
                header == null ? new byte[0] : header);
    }

    private static float @Nullable [] floats(@Nullable Array array) throws SQLException {
        if (array == null) {
            return null;
        }
        Object[] elements = (Object[]) array.getArray();
        float[] floats = new float[elements.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = elements[i] instanceof Float number ? number : Float.NaN; // which no checksum then fits
        }
        return floats;
    }

    private static long sizeBytes(TableRow row) {
        float[] vector = row.vector();
        byte[] bundle = row.bundle();
        return row.header().length
                + (vector == null ? 0L : vector.length * (long) Float.BYTES)
                + (bundle == null ? 0L : bundle.length);
    }

    /** Writes rows into a new part, which no snapshot lists yet. */
    Part write(List<TableRow> rows) throws IOException {
        step("write a part", () -> {
            sql.execute("DELETE FROM rows");
            try (DuckDBAppender appender = duckdb.createAppender("rows")) {
                for (TableRow row : rows) {
                    appender.beginRow();
                    append(appender, row.hash());
                    append(appender, row.link());
                    float[] vector = row.vector();
                    if (vector == null) {
                        appender.appendNull();
                    } else {
                        appender.append(vector);
                    }
                    append(appender, row.bundle());
                    append(appender, row.header());
                    appender.endRow();
                }
            }
            return rows;
        });
        return copy("SELECT * FROM rows", rows.size(), Instant.now());
    }

    private static void append(DuckDBAppender appender, byte @Nullable [] bytes) throws SQLException {
        if (bytes == null) {
            appender.appendNull();
        } else {
            appender.append(bytes);
        }
    }

    private Part copy(String select, long rows, Instant added) throws IOException {
        String path = "parts/" + UUID.randomUUID() + ".parquet";
        Path file = table.files().resolve(version.folder() + "/" + path);
        table.files().makeFolders(file);
        step("write a part", () -> sql.execute("COPY (" + select + ") TO " + literal(file.toString()) + " " + FORMAT));
        try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        return new Part(path, rows, Files.size(file), added);
    }

    /** Notes contents that {@link #rewrite} leaves out, and, if asked for, links to them. */
    void drop(Collection<ContentHash> contents, boolean links) {
        step("leave rows out", () -> {
            try (DuckDBAppender appender = duckdb.createAppender("dropped")) {
                for (ContentHash content : contents) {
                    appender.beginRow().append(content.toBytes()).append(links).endRow();
                }
            }
            return contents;
        });
    }

    /** Notes the contents of parts, for {@link #rewrite} to leave out of others. */
    void dropContentsOf(Collection<Part> parts) {
        step("read parts", () -> sql.execute("INSERT INTO dropped SELECT hash, false FROM " + rowsOf(parts)));
    }

    /** Notes the links among these parts whose target is in none of them, or noted itself, for {@link #rewrite}. */
    void dropDangling(Collection<Part> parts) {
        step("read parts", () -> sql.execute("INSERT INTO dropped " + selectDangling(parts)));
    }

    private String selectDangling(Collection<Part> parts) {
        return "SELECT l.hash, false FROM " + rowsOf(parts)
                + " l WHERE l.link IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
                + rowsOf(parts) + " e WHERE e.link IS NULL AND e.hash = l.link"
                + " AND e.hash NOT IN (SELECT hash FROM dropped))";
    }

    /** The links among these parts whose target is in none of them, or noted for {@link #rewrite}. */
    List<ContentHash> dangling(Collection<Part> parts) {
        return step("read parts", () -> {
            List<ContentHash> links = new ArrayList<>();
            try (ResultSet found = sql.executeQuery(selectDangling(parts))) {
                while (found.next()) {
                    links.add(ContentHash.ofBytes(found.getBytes(1)));
                }
            }
            return links;
        });
    }

    /**
     * Leaves out what was noted since the last call.
     *
     * @return for each part that loses rows, the new part in its place, or none if it loses all
     */
    Map<Part, Optional<Part>> rewrite(Collection<Part> parts) throws IOException {
        String goes = "(hash IN (SELECT hash FROM dropped)"
                + " OR coalesce(link IN (SELECT hash FROM dropped WHERE links), false))";
        Map<Part, Optional<Part>> rewritten = new LinkedHashMap<>();
        for (Part part : parts) {
            String rows = rowsOf(List.of(part));
            long left = count("SELECT count(*) FROM " + rows + " WHERE NOT " + goes);
            if (left == 0) {
                rewritten.put(part, Optional.empty());
            } else if (left < part.rows()) {
                String rest = "SELECT hash, link, vector, bundle, header FROM " + rows + " WHERE NOT " + goes;
                rewritten.put(part, Optional.of(copy(rest, left, part.added())));
            }
        }
        step("leave rows out", () -> sql.execute("DELETE FROM dropped"));
        return rewritten;
    }

    /**
     * The change that takes parts out of a snapshot, and what was noted out of the others.
     *
     * @param gone the parts, of which some may have gone already
     */
    Change without(Snapshot latest, Collection<Part> gone, Set<ContentHash> forgotten) throws IOException {
        List<Part> kept = new ArrayList<>(latest.parts());
        kept.removeAll(gone);
        Map<Part, Optional<Part>> rewritten = rewrite(kept);
        Set<Part> removed = new HashSet<>(latest.parts());
        removed.retainAll(gone);
        removed.addAll(rewritten.keySet());
        List<Part> added = rewritten.values().stream().flatMap(Optional::stream).toList();
        return new Change(removed, added, forgotten);
    }

    /** Notes which contents a store has. */
    void own(StoreScan scan) {
        step("compare with a store", () -> {
            sql.execute("DELETE FROM own");
            try (DuckDBAppender appender = duckdb.createAppender("own")) {
                while (scan.hasNext()) {
                    StoredInfo info = scan.next();
                    appender.beginRow()
                            .append(info.key().contentHash().toBytes())
                            .append(info.sizeBytes())
                            .endRow();
                }
            }
            return scan;
        });
    }

    /** Counts what was noted as the store's. */
    long countOwn() {
        return count("SELECT count(*) FROM own");
    }

    /** Counts what was noted as the store's and is in none of these parts. */
    long countMissing(Collection<Part> parts) {
        return count("SELECT count(*) FROM (" + missing(parts) + ")");
    }

    private String missing(Collection<Part> parts) {
        return "SELECT o.hash, o.size FROM own o ANTI JOIN " + rowsOf(parts) + " p ON o.hash = p.hash";
    }

    /** Hands out, a batch at a time, what was noted as the store's and is in none of these parts. */
    void forEachMissing(Collection<Part> parts, BatchAction<ContentHash> action) throws IOException {
        List<ContentHash> batch = new ArrayList<>();
        long bytes = 0;
        // parts are written meanwhile, by the other connection
        try (Connection reading = duckdb.duplicate();
                Statement select = reading.createStatement();
                ResultSet found = select.executeQuery(missing(parts))) {
            while (found.next()) {
                batch.add(ContentHash.ofBytes(found.getBytes(1)));
                bytes += found.getLong(2);
                if (batch.size() == BATCH_ROWS || bytes >= BATCH_BYTES) {
                    action.accept(batch);
                    batch = new ArrayList<>();
                    bytes = 0;
                }
            }
        } catch (SQLException e) {
            throw failure("compare with a store", e);
        }
        action.accept(batch);
    }

    private long count(String select) {
        return step("read parts", () -> {
            try (ResultSet found = sql.executeQuery(select)) {
                found.next();
                return found.getLong(1);
            }
        });
    }

    @Override
    public void close() {
        try {
            duckdb.close();
        } catch (SQLException e) {
            // it is in memory: there is nothing to lose
        }
    }
}
