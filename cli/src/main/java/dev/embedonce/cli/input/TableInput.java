package dev.embedonce.cli.input;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet or CSV table with a column of image bytes (BLOB, or a Hugging Face {@code image} struct with a {@code
 * bytes} field) or of paths, which are relative to the table's folder. Read through DuckDB, row by row.
 */
final class TableInput implements ImageInput {
    private static final List<String> KNOWN_NAMES = List.of(
            "bytes", "image_bytes", "image", "img", "jpg", "png", "content", "path", "file_path", "filename", "file");

    private final Path table;
    private final String expression;
    private final boolean holdsBytes;
    private final long rows;

    /**
     * Opens a table.
     *
     * @param column the column; null for the first of the usual names that the table has
     * @throws CliException if it is not a table, or has no such column
     */
    TableInput(Path table, @Nullable String column) {
        this.table = table;
        try (Connection duckdb = connect()) {
            Map<String, String> types = columns(duckdb);
            String chosen = column != null
                    ? column
                    : KNOWN_NAMES.stream()
                            .filter(types::containsKey)
                            .findFirst()
                            .orElse("");
            String type = types.get(chosen);
            if (type == null) {
                throw new CliException(table + " has no column "
                        + (column != null ? "'" + column + "'" : "that is named like image bytes or paths")
                        + "; it has " + String.join(", ", types.keySet()) + " (choose with --column)");
            }
            boolean struct = type.startsWith("STRUCT") && type.contains("bytes BLOB");
            this.holdsBytes = struct || type.equals("BLOB");
            if (!holdsBytes && !type.equals("VARCHAR")) {
                throw new CliException(
                        "the column '" + chosen + "' of " + table + " is " + type + ", neither bytes nor paths");
            }
            this.expression = quoted(chosen) + (struct ? ".bytes" : "");
            this.rows = count(duckdb);
        } catch (SQLException e) {
            throw new CliException("cannot read the table " + table + ": " + firstLine(e));
        }
    }

    private static Connection connect() throws SQLException {
        Properties streaming = new Properties();
        streaming.setProperty("jdbc_stream_results", "true");
        return DriverManager.getConnection("jdbc:duckdb:", streaming);
    }

    private Map<String, String> columns(Connection duckdb) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery("DESCRIBE SELECT * FROM " + source())) {
            while (rows.next()) {
                types.put(rows.getString(1), rows.getString(2));
            }
        }
        return types;
    }

    private long count(Connection duckdb) throws SQLException {
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + source())) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private String source() {
        return "'" + table.toString().replace("'", "''") + "'";
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public OptionalLong count() {
        return OptionalLong.of(rows);
    }

    @Override
    public ImageStream open() throws IOException {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            Connection duckdb = connect();
            opened.add(duckdb);
            PreparedStatement select = duckdb.prepareStatement("SELECT " + expression + " FROM " + source());
            opened.add(select);
            ResultSet rows = select.executeQuery();
            opened.add(rows);
            return new Rows(rows, opened);
        } catch (SQLException e) {
            closeAll(opened);
            throw new IOException("cannot read the table " + table + ": " + firstLine(e), e);
        }
    }

    private static void closeAll(List<AutoCloseable> opened) {
        for (int i = opened.size() - 1; i >= 0; i--) {
            try {
                opened.get(i).close();
            } catch (Exception e) {
                // read-only and in memory: there is nothing to lose
            }
        }
    }

    private final class Rows implements ImageStream {
        private final ResultSet rows;
        private final List<AutoCloseable> opened;
        private long row;

        Rows(ResultSet rows, List<AutoCloseable> opened) {
            this.rows = rows;
            this.opened = opened;
        }

        @Override
        public @Nullable ImageItem next() throws IOException {
            try {
                if (!rows.next()) {
                    return null;
                }
                row++;
                return holdsBytes ? bytesItem() : pathItem();
            } catch (SQLException e) {
                throw new IOException("cannot read row " + (row + 1) + " of " + table + ": " + firstLine(e), e);
            }
        }

        private ImageItem bytesItem() throws SQLException {
            byte[] bytes = rows.getBytes(1);
            String name = table + "#" + (row - 1);
            return bytes == null ? ImageItem.unreadable(name, "no value") : ImageItem.of(name, bytes);
        }

        private ImageItem pathItem() throws SQLException {
            String path = rows.getString(1);
            if (path == null) {
                return ImageItem.unreadable(table + "#" + (row - 1), "no value");
            }
            Path parent = table.toAbsolutePath().getParent();
            try {
                return ImageItem.of(path, FileNames.path(parent == null ? Path.of("") : parent, path));
            } catch (InvalidPathException e) {
                return ImageItem.unreadable(path, "not a path");
            }
        }

        @Override
        public void close() {
            closeAll(opened);
        }
    }
}
