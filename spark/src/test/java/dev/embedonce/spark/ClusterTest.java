package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import dev.embedonce.spark.testing.Cluster;
import dev.embedonce.spark.testing.TestPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs over a table with executors that are processes of their own. */
class ClusterTest {
    @TempDir
    private Path folder;

    private EmbedSummary embed(String... options) throws IOException {
        Map<String, String> given = new HashMap<>(Map.of("cache", folder.resolve("cache").toString()));
        for (int i = 0; i < options.length; i += 2) {
            given.put(options[i], options[i + 1]);
        }
        Dataset<Row> images = Cluster.session().read().format("binaryFile").load(folder.resolve("in").toString());
        return EmbedOnce.embed(images, EmbedOptions.of(given), folder.resolve("out").toString());
    }

    private List<Row> answers() {
        return Cluster.session().read().parquet(folder.resolve("out").toString()).collectAsList();
    }

    @Test
    void runs_encodeMissesOnly() throws IOException {
        Path in = folder.resolve("in");
        TestPictures.write(in, 0, 40);
        List<String> before = Cluster.encoded();

        assertThat(embed()).matches(cold -> cold.images() == 40 && cold.encoded() == 40 && cold.failed() == 0);
        assertThat(Cluster.encoded()).hasSize(before.size() + 40);
        vectorsAreTheEncoders();

        EmbedSummary warm = embed();
        assertThat(warm).matches(again -> again.hits() == 40 && again.encoded() == 0);
        vectorsAreTheEncoders();

        Files.move(in.resolve("0.png"), in.resolve("renamed.png"));
        Files.write(in.resolve("1.png"), TestPictures.png(1000));
        Files.copy(in.resolve("2.png"), in.resolve("copy.png"));
        Files.write(in.resolve("new.png"), TestPictures.png(1001));
        Files.write(in.resolve("new-too.png"), TestPictures.png(1001));
        Files.write(in.resolve("broken.png"), new byte[] {1, 2, 3});
        EmbedSummary changed = embed();
        assertThat(changed.images()).isEqualTo(44);
        assertThat(changed.encoded()).isEqualTo(2);
        assertThat(changed.failed()).isEqualTo(1);
        assertThat(changed.hits()).isEqualTo(41);
        assertThat(changed.failures()).singleElement().matches(failure -> failure.location().endsWith("broken.png"));
        assertThat(Cluster.encoded()).hasSize(before.size() + 42);
        vectorsAreTheEncoders();
    }

    /** Bit for bit what the encoder says when it is asked directly. */
    private void vectorsAreTheEncoders() throws IOException {
        List<Row> answers = answers();
        assertThat(answers).isNotEmpty();
        try (ImageEncoder encoder = ImageEncoders.open("default", EncoderOptions.defaults())) {
            for (Row answer : answers) {
                if (answer.getAs("error") == null) {
                    byte[] content = Files.readAllBytes(Path.of(java.net.URI.create(answer.getAs("path"))));
                    float[] expected = encoder.embed(content).toArray();
                    List<Float> vector = answer.getList(answer.fieldIndex("vector"));
                    assertThat(vector).hasSize(expected.length);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(Float.floatToRawIntBits(vector.get(i)))
                                .isEqualTo(Float.floatToRawIntBits(expected[i]));
                    }
                }
            }
        }
    }

    @Test
    void executor_isKilledWhileItEncodes() throws Exception {
        TestPictures.write(folder.resolve("in"), 100, 196);
        int before = Cluster.encoded().size();
        List<ProcessHandle> executors = Cluster.executors();
        CompletableFuture<EmbedSummary> run = CompletableFuture.supplyAsync(() -> {
            try {
                return embed("taskImages", "8", "batch", "4");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        while (Cluster.encoded().size() < before + 20 && !run.isDone()) {
            Thread.sleep(20);
        }
        executors.get(0).destroyForcibly();
        EmbedSummary summary = run.get();
        assertThat(summary.images()).isEqualTo(96);
        assertThat(summary.encoded()).isEqualTo(96);
        List<String> encoded = Cluster.encoded();
        encoded = encoded.subList(before, encoded.size());
        assertThat(new HashSet<>(encoded)).hasSize(96);
        // the task that was killed had encoded one batch or two, and is tried again
        assertThat(encoded.size()).isBetween(96, 96 + 8);
        assertThat(answers()).hasSize(96).allMatch(answer -> answer.getAs("error") == null);
    }
}
