package dev.embedonce.cli.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.embedonce.cli.pictures.Cosine;
import dev.embedonce.cli.terminal.CliException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Vectors as one JSON object a line. */
record JsonlVectors(Path file) implements VectorFile {
    private record Row(
            String path,
            @Nullable String contentHash,
            @Nullable String modelVersion,
            @Nullable String preprocVersion,
            int length) {}

    @Override
    public void scan(float[] query, Sink sink) throws IOException {
        float[] vector = new float[query.length];
        long row = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 18);
                JsonParser json = new JsonFactory().createParser(in)) {
            while (json.nextToken() != null) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw new CliException(file + ", row " + row + ": expected a JSON object");
                }
                Row read = row(json, row, vector);
                boolean fits = read.length() == query.length;
                sink.accept(new Hit(
                        row,
                        fits ? Cosine.of(vector, query) : Double.NaN,
                        read.path(),
                        read.contentHash(),
                        read.modelVersion(),
                        read.preprocVersion()));
                if (!fits) {
                    throw VectorFile.wrongLength(file, row, read.length(), query.length);
                }
                row++;
            }
        } catch (JsonProcessingException e) {
            throw new CliException(file + ", row " + row + ": not JSON: " + e.getOriginalMessage());
        }
    }

    /** Reads a row, and as many of its numbers into {@code vector} as there is room for. */
    private Row row(JsonParser json, long row, float[] vector) throws IOException {
        String path = null;
        String contentHash = null;
        String modelVersion = null;
        String preprocVersion = null;
        int length = -1;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            switch (name) {
                case "path" -> path = text(json);
                case "content_hash" -> contentHash = text(json);
                case "model_version" -> modelVersion = text(json);
                case "preproc_version" -> preprocVersion = text(json);
                case "vector" -> length = value == JsonToken.START_ARRAY ? numbers(json, row, vector) : -1;
                default -> json.skipChildren();
            }
        }
        if (path == null || length < 0) {
            throw new CliException(file + ", row " + row + ": has no \"path\" and \"vector\" as 'embed' writes them");
        }
        return new Row(path, contentHash, modelVersion, preprocVersion, length);
    }

    private static @Nullable String text(JsonParser json) throws IOException {
        return json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : null;
    }

    /** Reads the array into {@code vector} and returns its length; numbers that do not fit are only counted. */
    private int numbers(JsonParser json, long row, float[] vector) throws IOException {
        int count = 0;
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            boolean named = token == JsonToken.VALUE_STRING
                    && json.getText().matches("NaN|-?Infinity"); // how Jackson writes them
            if (!named && (token == null || !token.isNumeric())) {
                throw new CliException(file + ", row " + row + ": \"vector\" holds something that is no number");
            }
            if (count < vector.length) {
                vector[count] = named ? Float.parseFloat(json.getText()) : json.getFloatValue();
            }
            count++;
        }
        return count;
    }
}
