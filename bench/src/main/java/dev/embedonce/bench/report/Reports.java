package dev.embedonce.bench.report;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A folder with a JSON file for each benchmark that has run. */
public record Reports(Path folder) {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public void write(Report report) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(file(report.result().benchmark()), JSON.writeValueAsString(report) + "\n");
    }

    /** The report of this benchmark, if it has run. */
    public Optional<Report> read(String benchmark) throws IOException {
        Path file = file(benchmark);
        return Files.exists(file) ? Optional.of(JSON.readValue(file.toFile(), Report.class)) : Optional.empty();
    }

    private Path file(String benchmark) {
        return folder.resolve(benchmark + ".json");
    }
}
