package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.CacheException;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import dev.embedonce.spark.testing.Cluster;
import dev.embedonce.spark.testing.Reference;
import dev.embedonce.spark.testing.TestPictures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run takes, and what becomes of it. */
class RunsTest {
    /** Too long for the header of a member: it has one more before it. */
    private static final String LONG_NAME = "a".repeat(150);

    @TempDir
    private Path folder;

    private EmbedOptions options(String... more) {
        Map<String, String> given = new HashMap<>();
        given.put("cache", folder.resolve("cache").toString());
        for (int i = 0; i < more.length; i += 2) {
            given.put(more[i], more[i + 1]);
        }
        return EmbedOptions.of(given);
    }

    private Dataset<Row> files() {
        return Cluster.session()
                .read()
                .format("binaryFile")
                .load(folder.resolve("in").toString());
    }

    private String out() {
        return folder.resolve("out").toString();
    }

    private List<Row> answers() {
        return Cluster.session().read().parquet(out()).collectAsList();
    }

    private Row answer(String ending) {
        return answers().stream()
                .filter(row -> row.<String>getAs("path").endsWith(ending))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sameContentOften_isEncodedOnce() throws IOException {
        StructType schema = new StructType().add("name", DataTypes.LongType).add("bytes", DataTypes.BinaryType);
        List<Row> rows = new ArrayList<>();
        for (long i = 0; i < 1000; i++) {
            rows.add(RowFactory.create(i, TestPictures.png(7)));
        }
        rows.add(RowFactory.create(1000L, TestPictures.png(8)));
        rows.add(RowFactory.create(1001L, new byte[0]));
        rows.add(RowFactory.create(1002L, null));
        Dataset<Row> images =
                Cluster.session().createDataFrame(rows, schema).repartition(4).toDF("name", "bytes");

        EmbedSummary summary =
                EmbedOnce.embed(images, options("contentColumn", "bytes", "locationColumn", "name"), out());

        assertThat(summary.images()).isEqualTo(1003);
        assertThat(summary.encoded()).isEqualTo(2);
        assertThat(summary.hits()).isEqualTo(999);
        assertThat(summary.failed()).isEqualTo(2);
        assertThat(summary.failures()).allMatch(failure -> failure.reason().equals("empty value"));
        List<Row> answers = answers();
        assertThat(answers).hasSize(1003);
        assertThat(answers)
                .filteredOn(row -> row.<String>getAs("path").equals("999"))
                .singleElement()
                .matches(row -> Reference.isAnswer(row, png(7)));
    }

    private static byte[] png(long seed) {
        try {
            return TestPictures.png(seed);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void tars_areReadByRange() throws IOException {
        Path whole = folder.resolve("whole.tar");
        tar(whole, 0, 5);
        Path broken = folder.resolve("broken.tar");
        tar(broken, 5, 8);
        byte[] bytes = Files.readAllBytes(broken);
        Files.write(broken, java.util.Arrays.copyOf(bytes, 512 + 1024)); // ends within the second member

        List<String> tars = List.of(whole.toUri().toString(), broken.toUri().toString());
        EmbedSummary cold = EmbedOnce.embedTars(Cluster.session(), tars, options(), out());
        assertThat(cold.failures()).hasSize(1);
        assertThat(cold.encoded()).isBetween(5L, 6L);
        assertThat(cold.failed()).isEqualTo(1);
        assertThat(cold.failures())
                .singleElement()
                .matches(failure -> failure.location().endsWith("broken.tar"));
        assertThat(answer("whole.tar#" + LONG_NAME + "/3.png")).matches(row -> Reference.isAnswer(row, png(3)));

        EmbedSummary warm = EmbedOnce.embedTars(Cluster.session(), tars, options(), null);
        assertThat(warm.encoded()).isZero();

        assertThatThrownBy(() -> EmbedOnce.embedTars(Cluster.session(), List.of("x.tar.gz"), options(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x.tar.gz");
    }

    private static void tar(Path file, int from, int to) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = from; i < to; i++) {
                put(tar, LONG_NAME + "/" + i + ".png", TestPictures.png(i));
                put(tar, LONG_NAME + "/" + i + ".json", "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @Test
    void samePixelsInOtherBytes_areLinked() throws IOException {
        Path in = folder.resolve("in");
        TestPictures.write(in, 0, 4);
        assertThat(EmbedOnce.embed(files(), options("pixelHits", "true"), null).encoded())
                .isEqualTo(4);

        Files.write(in.resolve("known.bmp"), TestPictures.bmp(0));
        Files.write(in.resolve("twin.png"), TestPictures.png(50));
        Files.write(in.resolve("twin.bmp"), TestPictures.bmp(50));
        Files.write(in.resolve("broken.png"), new byte[] {1, 2, 3});
        EmbedSummary summary = EmbedOnce.embed(files(), options("pixelHits", "true"), out());

        assertThat(summary.encoded()).isEqualTo(1);
        assertThat(summary.pixelHits()).isEqualTo(2);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(summary.hits()).isEqualTo(4);
        assertThat(answer("known.bmp"))
                .matches(row -> Reference.isAnswer(row, png(0)))
                .matches(row -> row.getAs("status").equals("pixel-hit"));
        assertThat(answer("twin.png")).matches(row -> Reference.isAnswer(row, png(50)));
        assertThat(answer("twin.bmp")).matches(row -> Reference.isAnswer(row, png(50)));

        EmbedSummary plain = EmbedOnce.embed(files(), options(), out());
        assertThat(plain.encoded()).isZero();
        assertThat(answer("known.bmp")).matches(row -> Reference.isAnswer(row, png(0)));
    }

    @Test
    void lostPart_isEncodedAnew() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 8);
        EmbedOnce.embed(files(), options(), null);
        Path part;
        try (Stream<Path> all = Files.walk(folder.resolve("cache"))) {
            part = all.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
        Files.delete(part);

        EmbedSummary summary = EmbedOnce.embed(files(), options(), out());
        assertThat(summary.encoded()).isBetween(1L, 8L);
        assertThat(answers()).hasSize(8).allMatch(row -> row.getAs("error") == null);
        assertThat(EmbedOnce.embed(files(), options(), null).encoded()).isZero();
    }

    @Test
    void frames_areChecked() throws IOException {
        Dataset<Row> numbers = Cluster.session().range(3).toDF("id");
        assertThatThrownBy(() -> EmbedOnce.embed(numbers, options(), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[id]");
        assertThatThrownBy(() -> EmbedOnce.embed(numbers, options("contentColumn", "picture"), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("picture");
        assertThatThrownBy(() -> EmbedOnce.embed(numbers, options("contentColumn", "id"), null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("id is no column of bytes");
    }

    @Test
    void vanishedLocation_failsAlone_strictlyTheRun() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 2);
        Dataset<Row> locations = Cluster.session()
                .createDataset(
                        List.of(
                                folder.resolve("in/0.png").toUri().toString(),
                                folder.resolve("in/gone.png").toUri().toString()),
                        Encoders.STRING())
                .toDF("location");

        EmbedSummary summary = EmbedOnce.embed(locations, options(), null);
        assertThat(summary.encoded()).isEqualTo(1);
        assertThat(summary.failures())
                .singleElement()
                .matches(failure -> failure.reason().equals("no such file"));

        assertThatThrownBy(() -> EmbedOnce.embed(locations, options("strict", "true"), null))
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("1 of 2 pictures")
                .hasMessageContaining("gone.png");
    }

    @Test
    void store_isSharedByExecutors() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 12);
        EmbedOptions options = EmbedOptions.of(Map.of("store", "files:" + folder.resolve("store")));
        EmbedSummary cold = EmbedOnce.embed(files(), options, out());
        assertThat(cold.encoded()).isEqualTo(12);
        assertThat(cold.snapshot()).isNull();
        assertThat(answers()).hasSize(12);
        assertThat(answer("/7.png")).matches(row -> Reference.isAnswer(row, png(7)));

        EmbedSummary warm = EmbedOnce.embed(files(), options, null);
        assertThat(warm.hits()).isEqualTo(12);
    }

    @Test
    void writeFormat_embeds() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 3);
        files().write()
                .format("embedonce")
                .option("cache", folder.resolve("cache").toString())
                .mode("overwrite")
                .save(out());
        assertThat(answer("/2.png")).matches(row -> Reference.isAnswer(row, png(2)));

        assertThatThrownBy(() -> files().write()
                        .format("embedonce")
                        .option("cache", folder.resolve("cache").toString())
                        .save(out()))
                .hasMessageContaining("exists");
        assertThatThrownBy(() -> files().write()
                        .format("embedonce")
                        .option("cash", folder.resolve("cache").toString())
                        .mode("overwrite")
                        .save(out()))
                .hasMessageContaining("unknown option [cash]");
    }

    @Test
    void sqlFunction_embeds() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 3);
        Cluster.session().conf().set("spark.sql.catalog.embedonce", EmbedCatalog.class.getName());
        files().createOrReplaceTempView("pictures");
        List<Row> rows = Cluster.session()
                .sql("SELECT path, embedonce.embed_image(content) AS vector FROM pictures")
                .collectAsList();
        assertThat(rows).hasSize(3);
        for (Row row : rows) {
            String name = Path.of(java.net.URI.create(row.getAs("path")))
                    .getFileName()
                    .toString();
            assertThat(Reference.isAnswer(row, png(Long.parseLong(name.replace(".png", "")))))
                    .isTrue();
        }
        assertThatThrownBy(() -> Cluster.session()
                        .sql("SELECT embedonce.embed_image(path) FROM pictures")
                        .collect())
                .hasMessageContaining("embed_image(binary)");
    }
}
