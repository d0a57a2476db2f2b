package dev.embedonce.cli.search;

import dev.embedonce.cli.pictures.Cosine;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.codec.NpyHeader;
import dev.embedonce.error.CorruptEntryException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Vectors as one {@code .npy}, {@code <f4 [rows, dimension]}, and a {@code .csv} with the other columns, row for row.
 */
record NpyVectors(Path file) implements VectorFile {
    private record Shape(long rows, int dimension) {}

    @Override
    public void scan(float[] query, Sink sink) throws IOException {
        Path csv = Path.of(file.toString().replaceAll("(?i)\\.npy$", ".csv"));
        if (!Files.isRegularFile(csv)) {
            throw new CliException("the rows of " + file + " should be in " + csv + ", which is not there");
        }
        try (DataInputStream vectors =
                        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 18));
                BufferedReader rows = Files.newBufferedReader(csv)) {
            Shape shape = header(vectors);
            boolean fits = shape.dimension() == query.length;
            Map<String, Integer> columns = columns(csv, rows);
            byte[] bytes = new byte[query.length * Float.BYTES];
            float[] vector = new float[query.length];
            for (long row = 0; row < shape.rows(); row++) {
                List<String> fields = csvLine(rows);
                if (fields == null) {
                    throw new CliException(csv + " has " + row + " rows, but " + file + " has " + shape.rows());
                }
                if (fits) {
                    vectors.readFully(bytes);
                    ByteBuffer.wrap(bytes)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer()
                            .get(vector);
                }
                String path = field(fields, columns, "path");
                sink.accept(new Hit(
                        row,
                        fits ? Cosine.of(vector, query) : Double.NaN,
                        path == null ? "" : path,
                        field(fields, columns, "content_hash"),
                        field(fields, columns, "model_version"),
                        field(fields, columns, "preproc_version")));
                if (!fits) {
                    throw VectorFile.wrongLength(file, row, shape.dimension(), query.length);
                }
            }
            if (csvLine(rows) != null) {
                throw new CliException(csv + " has more rows than " + file + ", which has " + shape.rows());
            }
        } catch (EOFException e) {
            throw new CliException(file + " is truncated");
        }
    }

    private Shape header(DataInputStream in) throws IOException {
        NpyHeader header;
        try {
            header = NpyHeader.read(in);
        } catch (CorruptEntryException e) {
            throw new CliException(file + " is no .npy file: " + e.getMessage());
        }
        long[] shape = header.shape();
        if (!header.isFloat32() || shape.length != 2 || shape[1] > Integer.MAX_VALUE) {
            throw new CliException(file + ": expected '<f4' [rows, dimension] in C order; its header says " + header);
        }
        return new Shape(shape[0], (int) shape[1]);
    }

    private static Map<String, Integer> columns(Path csv, BufferedReader in) throws IOException {
        List<String> names = csvLine(in);
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; names != null && i < names.size(); i++) {
            columns.put(names.get(i), i);
        }
        if (!columns.containsKey("path")) {
            throw new CliException(csv + " has no column 'path' as 'embed' writes it");
        }
        return columns;
    }

    private static @Nullable String field(List<String> fields, Map<String, Integer> columns, String name) {
        Integer at = columns.get(name);
        return at == null || at >= fields.size() ? null : fields.get(at);
    }

    /** One record, which a quoted line break may spread over several lines; null at the end. */
    static @Nullable List<String> csvLine(BufferedReader in) throws IOException {
        int c = in.read();
        if (c < 0) {
            return null;
        }
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (; c >= 0 && (quoted || c != '\n'); c = in.read()) {
            if (c == '"') {
                in.mark(1);
                boolean doubled = quoted && in.read() == '"';
                if (doubled) {
                    field.append('"');
                } else {
                    if (quoted) {
                        in.reset();
                    }
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else if (quoted || c != '\r') {
                field.append((char) c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
