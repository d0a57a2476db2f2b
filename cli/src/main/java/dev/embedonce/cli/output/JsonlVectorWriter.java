package dev.embedonce.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One JSON object a line. */
final class JsonlVectorWriter implements VectorWriter {
    private final PendingFile file;
    private final JsonGenerator json;

    JsonlVectorWriter(Path target) throws IOException {
        this.file = new PendingFile(target);
        this.json = new JsonFactory()
                .createGenerator(new BufferedOutputStream(Files.newOutputStream(file.temporary()), 1 << 16));
        json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    }

    @Override
    public void write(VectorRow row) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", row.path());
        json.writeStringField("content_hash", row.contentHash());
        json.writeNumberField("width", row.width());
        json.writeNumberField("height", row.height());
        json.writeStringField("model_version", row.modelVersion());
        json.writeStringField("preproc_version", row.preprocVersion());
        json.writeStringField("status", row.status());
        json.writeArrayFieldStart("vector");
        for (float value : row.vector().toArray()) {
            json.writeNumber(value);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @Override
    public void commit() throws IOException {
        json.writeRaw('\n');
        json.close();
        file.publish();
    }

    @Override
    public void close() {
        try {
            json.close();
        } catch (IOException e) {
            // the file is deleted anyway
        }
        file.discard();
    }
}
