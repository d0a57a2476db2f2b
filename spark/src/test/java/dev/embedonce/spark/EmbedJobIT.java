package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.spark.testing.Bundle;
import dev.embedonce.spark.testing.TestPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of the bundle in processes of their own. */
class EmbedJobIT {
    @TempDir
    private Path folder;

    private String[] job(String... more) {
        return Stream.concat(Stream.of("--in", path("in"), "--cache", path("cache"), "--json"), Stream.of(more))
                .toArray(String[]::new);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static JsonNode summary(String output) throws IOException {
        String line =
                output.lines().filter(one -> one.startsWith("{")).findFirst().orElseThrow();
        return new ObjectMapper().readTree(line);
    }

    /** What one wave has published, no later run encodes. */
    @Test
    void killedBetweenWaves_goesOnWhereItWas() throws Exception {
        TestPictures.write(folder.resolve("in"), 0, 60);
        Process first = Bundle.start(folder.resolve("log"), job("--wave-images", "8"));
        long published;
        try {
            while (snapshots() < 2 && first.isAlive()) {
                Thread.sleep(20);
            }
        } finally {
            first.destroyForcibly().waitFor();
            published = snapshots();
        }
        assertThat(published).isGreaterThanOrEqualTo(2);

        JsonNode second = summary(Bundle.run(0, folder.resolve("log"), job("--out", path("out"))));
        assertThat(second.get("images").asInt()).isEqualTo(60);
        assertThat(second.get("failed").asInt()).isZero();
        assertThat(second.get("hits").asInt()).isPositive();
        assertThat(second.get("hits").asInt() + second.get("encoded").asInt()).isEqualTo(60);
        assertThat(second.get("snapshot").asLong()).isEqualTo(published == 8 ? published : published + 1);
    }

    private long snapshots() throws IOException {
        Path cache = folder.resolve("cache");
        if (!Files.isDirectory(cache)) {
            return 0;
        }
        long found = 0;
        try (Stream<Path> versions = Files.list(cache)) {
            for (Path version : versions.map(each -> each.resolve("_snapshots"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.list(version)) {
                    found += files.filter(file -> file.getFileName().toString().matches("\\d+"))
                            .count();
                }
            }
        }
        return found;
    }

    @Test
    void whatMakesNoSense_isSaidInOneLine() throws Exception {
        assertThat(Bundle.run(2, folder.resolve("log"), "--in", path("in")))
                .startsWith("embedonce: expected one of the options cache")
                .contains("usage: EmbedJob");
        Files.createDirectories(folder.resolve("in"));
        assertThat(Bundle.run(1, folder.resolve("log"), job("--model", path("no-such-model"))))
                .contains("embedonce: unknown model");
    }
}
