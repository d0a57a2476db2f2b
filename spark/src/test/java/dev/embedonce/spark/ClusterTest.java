package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.hash.ContentHasher;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import dev.embedonce.spark.testing.Cluster;
import dev.embedonce.spark.testing.Reference;
import dev.embedonce.spark.testing.TestPictures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs over a table with executors that are processes of their own. */
class ClusterTest {
    @TempDir
    private Path folder;

    private EmbedSummary embed(String... options) {
        Map<String, String> given =
                new HashMap<>(Map.of("cache", folder.resolve("cache").toString()));
        for (int i = 0; i < options.length; i += 2) {
            given.put(options[i], options[i + 1]);
        }
        Dataset<Row> images = Cluster.session()
                .read()
                .format("binaryFile")
                .load(folder.resolve("in").toString());
        try {
            return EmbedOnce.embed(
                    images, EmbedOptions.of(given), folder.resolve("out").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<Row> answers() {
        return Cluster.session()
                .read()
                .parquet(folder.resolve("out").toString())
                .collectAsList();
    }

    private static boolean isRight(Row answer) {
        try {
            return Reference.isAnswer(answer, Files.readAllBytes(Path.of(URI.create(answer.getAs("path")))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void runs_encodeMissesOnly() throws IOException {
        Path in = folder.resolve("in");
        TestPictures.write(in, 0, 40);
        int before = Cluster.encoded().size();

        EmbedSummary cold = embed();
        assertThat(cold.images()).isEqualTo(40);
        assertThat(cold.encoded()).isEqualTo(40);
        assertThat(Cluster.encoded()).hasSize(before + 40);
        assertThat(answers())
                .hasSize(40)
                .allMatch(ClusterTest::isRight)
                .allMatch(answer -> answer.getAs("status").equals("encoded"));

        EmbedSummary warm = embed();
        assertThat(warm.hits()).isEqualTo(40);
        assertThat(warm.encoded()).isZero();
        assertThat(warm.snapshot()).isEqualTo(cold.snapshot());
        assertThat(answers())
                .hasSize(40)
                .allMatch(ClusterTest::isRight)
                .allMatch(answer -> answer.getAs("status").equals("hit"));

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
        assertThat(changed.failures())
                .singleElement()
                .matches(failure -> failure.location().endsWith("broken.png"));
        assertThat(Cluster.encoded()).hasSize(before + 42);
        List<Row> answers = answers();
        assertThat(answers).hasSize(44);
        assertThat(answers)
                .filteredOn(answer -> answer.getAs("error") == null)
                .hasSize(43)
                .allMatch(ClusterTest::isRight);
    }

    @Test
    void executor_isKilledWhileItEncodes() throws Exception {
        TestPictures.write(folder.resolve("in"), 100, 164);
        Set<String> own = new HashSet<>();
        for (int i = 100; i < 164; i++) {
            own.add(ContentHasher.sha256().hash(TestPictures.png(i)).hex());
        }
        List<ProcessHandle> executors = Cluster.executors();
        CompletableFuture<EmbedSummary> run =
                CompletableFuture.supplyAsync(() -> embed("taskImages", "8", "batch", "4"));
        while (encodedOf(own).size() < 12 && !run.isDone()) {
            Thread.sleep(20);
        }
        executors.get(0).destroyForcibly();
        EmbedSummary summary = run.get();

        assertThat(summary.images()).isEqualTo(64);
        assertThat(summary.encoded()).isEqualTo(64);
        List<String> encoded = encodedOf(own);
        assertThat(new HashSet<>(encoded)).hasSize(64);
        // what the task that was killed had encoded is encoded again, and nothing else
        assertThat(encoded.size()).isBetween(64, 64 + 8);
        assertThat(answers()).hasSize(64).allMatch(ClusterTest::isRight);
    }

    private static List<String> encodedOf(Set<String> contents) throws IOException {
        return Cluster.encoded().stream().filter(contents::contains).toList();
    }
}
