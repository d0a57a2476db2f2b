package dev.embedonce.cli.search;

import dev.embedonce.cli.pictures.Cosine;
import dev.embedonce.cli.terminal.CliException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/**
 * Vectors in Parquet, read through DuckDB, which also forms the inner products, in double precision: passing a million
 * lists one number at a time would take far longer than reading them. Rows come in the file's order.
 */
record ParquetVectors(Path file) implements VectorFile {
    @Override
    public void scan(float[] query, Sink sink) {
        Properties streaming = new Properties();
        streaming.setProperty("jdbc_stream_results", "true");
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:", streaming);
                Statement statement = duckdb.createStatement()) {
            Map<String, String> types = columns(statement);
            statement.execute("SET enable_external_file_cache = false"); // every byte is read once
            try (ResultSet rows = statement.executeQuery(select(types, query))) {
                double square = Cosine.dot(query, query);
                for (long row = 0; rows.next(); row++) {
                    String path = rows.getString(1);
                    long length = rows.getLong(5);
                    boolean fits = rows.wasNull() || length == query.length;
                    double product = rows.getDouble(6);
                    double cosine = rows.wasNull() ? Double.NaN : Cosine.of(product, rows.getDouble(7), square);
                    sink.accept(new Hit(
                            row,
                            cosine,
                            path == null ? "" : path,
                            rows.getString(2),
                            rows.getString(3),
                            rows.getString(4)));
                    if (!fits) {
                        throw VectorFile.wrongLength(file, row, length, query.length);
                    }
                }
            }
        } catch (SQLException e) {
            throw new CliException("cannot read the vectors in " + file + ": "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private Map<String, String> columns(Statement statement) throws SQLException {
        Map<String, String> types = new LinkedHashMap<>();
        try (ResultSet rows = statement.executeQuery("DESCRIBE SELECT * FROM " + source())) {
            while (rows.next()) {
                types.put(rows.getString(1), rows.getString(2));
            }
        }
        String vector = types.getOrDefault("vector", "");
        if (!types.containsKey("path") || !vector.matches("(FLOAT|DOUBLE)\\[\\d*]")) {
            throw new CliException(file + " has no columns 'path' and 'vector' (a list of numbers) as 'embed' writes"
                    + " them; it has " + String.join(", ", types.keySet()));
        }
        return types;
    }

    private String select(Map<String, String> types, float[] query) {
        StringJoiner numbers = new StringJoiner(",", "[", "]::DOUBLE[]");
        for (float value : query) {
            numbers.add(Double.toString(value));
        }
        String vector = "vector::DOUBLE[]";
        return "SELECT path, " + column(types, "content_hash") + ", " + column(types, "model_version") + ", "
                + column(types, "preproc_version") + ", len(vector), CASE WHEN len(vector) = " + query.length
                + " THEN list_inner_product(" + vector + ", " + numbers + ") END, list_inner_product(" + vector + ", "
                + vector + ") FROM " + source();
    }

    private static String column(Map<String, String> types, String name) {
        return types.containsKey(name) ? name + "::VARCHAR" : "NULL::VARCHAR";
    }

    /** The file as a table; characters that mean patterns to DuckDB stand for themselves. */
    private String source() {
        String name = file.toString().replaceAll("([\\[*?])", "[$1]").replace("'", "''");
        return "read_parquet('" + name + "')";
    }
}
