package dev.embedonce.lab.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.value.Embedding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs our rewrite of the article's Python class in a process of its own. Needs Python with the packages duckdb and
 * numpy.
 */
public final class ArticleProgram {
    private static final List<String> SCRIPTS = List.of("article_cache.py", "side_by_side.py");
    private static final int CHECK_SECONDS = 30;
    private static final int RUN_SECONDS = 600;

    private final String python;
    private final Path folder;

    /**
     * A program.
     *
     * @param python the interpreter's name or path
     * @param folder for its files; what it writes is removed before each run
     */
    public ArticleProgram(String python, Path folder) {
        this.python = python;
        this.folder = folder;
    }

    record Times(double coldSeconds, double warmSeconds, Map<String, String> versions) {}

    /** Why it cannot be run here; empty if it can. */
    Optional<String> missing() {
        try {
            Finished check = start(CHECK_SECONDS, python, "-c", "import duckdb, numpy");
            return check.ok()
                    ? Optional.empty()
                    : Optional.of(python + " has no duckdb or no numpy (" + check.lastLine() + ")");
        } catch (IOException e) {
            return Optional.of("no " + python + " (" + e.getMessage() + ")");
        }
    }

    Times run(List<byte[]> images, List<Embedding> vectors) {
        try {
            prepare(images, vectors);
            Finished finished = start(
                    RUN_SECONDS,
                    python,
                    folder.resolve("side_by_side.py").toString(),
                    folder.toString(),
                    String.valueOf(images.size()));
            if (!finished.ok()) {
                throw new LabException("the article's class failed: " + finished.lastLine());
            }
            JsonNode json = new ObjectMapper().readTree(finished.lastLine());
            Map<String, String> versions = new LinkedHashMap<>();
            json.get("versions")
                    .properties()
                    .forEach(v -> versions.put(v.getKey(), v.getValue().asText()));
            return new Times(
                    json.at("/cold/seconds").asDouble(),
                    json.at("/warm/seconds").asDouble(),
                    versions);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare(List<byte[]> images, List<Embedding> vectors) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("db", "db.wal")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        for (String script : SCRIPTS) {
            try (InputStream in = ArticleProgram.class.getResourceAsStream(script)) {
                Files.copy(
                        Objects.requireNonNull(in, script),
                        folder.resolve(script),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (OutputStream out = Files.newOutputStream(folder.resolve("vectors.f32"))) {
            for (int i = 0; i < images.size(); i++) {
                Files.write(folder.resolve(String.valueOf(i)), images.get(i));
                var data = vectors.get(i).tensor().data();
                byte[] row = new byte[data.remaining()];
                data.get(row);
                out.write(row);
            }
        }
    }

    private record Finished(int status, List<String> lines) {
        boolean ok() {
            return status == 0;
        }

        String lastLine() {
            return lines.isEmpty() ? "status " + status : lines.get(lines.size() - 1);
        }
    }

    private static Finished start(int seconds, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) { // it prints little, so nothing need be read meanwhile
                throw new LabException(command[0] + " does not come to an end");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
            return new Finished(process.exitValue(), lines);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while " + command[0] + " runs", e);
        } finally {
            process.destroy();
        }
    }
}
