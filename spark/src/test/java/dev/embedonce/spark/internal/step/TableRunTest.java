package dev.embedonce.spark.internal.step;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.FilePictures;
import dev.embedonce.spark.internal.source.Manifest;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import dev.embedonce.spark.testing.Cluster;
import dev.embedonce.spark.testing.Reference;
import dev.embedonce.spark.testing.TestPictures;
import dev.embedonce.table.Change;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What may happen to a table, and between the steps of a run. */
class TableRunTest {
    @TempDir
    private Path folder;

    private final SparkSession spark = Cluster.session();

    private EmbedOptions options(String... more) {
        Map<String, String> given =
                new java.util.HashMap<>(Map.of("cache", folder.resolve("cache").toString()));
        for (int i = 0; i < more.length; i += 2) {
            given.put(more[i], more[i + 1]);
        }
        return EmbedOptions.of(given);
    }

    private FilePictures pictures() {
        Dataset<Row> files =
                spark.read().format("binaryFile").load(folder.resolve("in").toString());
        return new FilePictures(files, files.col("path"), 1 << 20);
    }

    /** Does something each time before misses are read again. */
    private record Meanwhile(Pictures pictures, Runnable action) implements Pictures {
        @Override
        public Dataset<Row> manifest() {
            return pictures.manifest();
        }

        @Override
        public Dataset<Row> of(Dataset<Row> misses, int partitions) {
            action.run();
            return pictures.of(misses, partitions);
        }

        @Override
        public Dataset<Row> all() {
            return pictures.all();
        }

        @Override
        public Finder finder() {
            return pictures.finder();
        }
    }

    private SparkTable table() throws IOException {
        return new SparkTable(
                spark,
                new org.apache.hadoop.fs.Path(folder.resolve("cache").toUri()),
                false,
                RunEncoder.of(options().encoder()),
                "test");
    }

    private List<Row> answers() {
        return spark.read().parquet(folder.resolve("out").toString()).collectAsList();
    }

    private static boolean isRight(Row answer) {
        try {
            return Reference.isAnswer(answer, Files.readAllBytes(Path.of(java.net.URI.create(answer.getAs("path")))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void fileThatChangesBeforeItIsEncoded_failsAlone() throws IOException {
        Path in = folder.resolve("in");
        TestPictures.write(in, 0, 4);
        Pictures pictures = new Meanwhile(pictures(), () -> {
            try {
                Files.write(in.resolve("2.png"), TestPictures.png(99));
                Files.delete(in.resolve("3.png"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        EmbedSummary summary =
                TableRun.run(spark, pictures, options(), folder.resolve("out").toString());
        assertThat(summary.encoded()).isEqualTo(2);
        assertThat(summary.failed()).isEqualTo(2);
        assertThat(summary.failures())
                .extracting(EmbedSummary.Failure::reason)
                .containsExactlyInAnyOrder("it changed while it was read", "no such file");
        assertThat(answers()).hasSize(4);
    }

    @Test
    void damagedRow_isEncodedAnew() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 6);
        Files.write(folder.resolve("in/broken.png"), new byte[] {1, 2, 3});
        TableRun.run(spark, pictures(), options(), null);
        SparkTable table = table();
        List<Part> parts = table.version().latest().parts();
        String name = table.newName();
        table.read(parts)
                .orderBy(TableRow.HASH)
                .withColumn("n", functions.monotonically_increasing_id())
                .withColumn(
                        TableRow.VECTOR,
                        functions
                                .when(
                                        col("n").equalTo(0),
                                        functions.transform(
                                                col(TableRow.VECTOR),
                                                x -> x.plus(functions.lit(0.5f)).cast("float")))
                                .otherwise(col(TableRow.VECTOR)))
                .drop("n")
                .coalesce(1)
                .write()
                .parquet(table.folder(name));
        List<Part> damaged = table.written(name, Clock.systemUTC().instant());
        table.version()
                .update(latest -> latest.parts().equals(damaged)
                        ? Change.NONE
                        : new Change(new HashSet<>(parts), damaged, java.util.Set.of()));

        EmbedSummary summary =
                TableRun.run(spark, pictures(), options(), folder.resolve("out").toString());
        assertThat(summary.damaged()).isEqualTo(1);
        assertThat(summary.encoded()).isEqualTo(1);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(answers()).hasSize(7); // the broken one was tried twice
        assertThat(answers())
                .filteredOn(row -> row.getAs("error") == null)
                .hasSize(6)
                .allMatch(TableRunTest::isRight);
        oneRowAKey(6);
    }

    @Test
    void twoRunsAtOnce_leaveOneRowAKey() throws Exception {
        TestPictures.write(folder.resolve("in"), 0, 16);
        CyclicBarrier bothHaveLooked = new CyclicBarrier(2);
        List<CompletableFuture<EmbedSummary>> runs = new java.util.ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Pictures pictures = new Meanwhile(pictures(), () -> {
                try {
                    bothHaveLooked.await();
                } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
                    throw new IllegalStateException(e);
                }
            });
            String out = folder.resolve("out" + i).toString();
            runs.add(CompletableFuture.supplyAsync(() -> {
                try {
                    return TableRun.run(spark, pictures, options(), out);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        for (int i = 0; i < 2; i++) {
            assertThat(runs.get(i).get().failed()).isZero();
            assertThat(spark.read()
                            .parquet(folder.resolve("out" + i).toString())
                            .collectAsList())
                    .hasSize(16)
                    .allMatch(TableRunTest::isRight);
        }
        oneRowAKey(16);
    }

    private void oneRowAKey(int keys) throws IOException {
        SparkTable table = table();
        Dataset<Row> rows = table.read(table.version().latest().parts());
        assertThat(rows.count()).isEqualTo(keys);
        assertThat(rows.select(TableRow.HASH).distinct().count()).isEqualTo(keys);
    }

    @Test
    void waves_arePublishedOneByOne() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 12);
        EmbedSummary summary = TableRun.run(spark, pictures(), options("waveImages", "4"), null);
        assertThat(summary.encoded()).isEqualTo(12);
        assertThat(summary.snapshot()).isEqualTo(3);
        oneRowAKey(12);
    }

    @Test
    void executorWithAnotherModel_refuses() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 1);
        FilePictures pictures = pictures();
        RunEncoder known = RunEncoder.of(options().encoder());
        RunEncoder other = new RunEncoder(known.spec(), known.modelVersion() + "0", known.preprocVersion());
        Dataset<Row> misses =
                TableRun.misses(pictures.manifest(), table().read(List.of()).select(TableRow.HASH), 1);
        assertThatThrownBy(() -> pictures.of(misses, 1)
                        .mapPartitions(
                                new EncodeRows(
                                        other,
                                        pictures.finder(),
                                        1 << 20,
                                        spark.sparkContext().longAccumulator()),
                                Encoders.row(EncodeRows.SCHEMA))
                        .collect())
                .hasStackTraceContaining("is another one here than where the run was started")
                .hasStackTraceContaining(other.modelVersion());
    }

    @Test
    void tableOfAnotherFormat_isRefusedBeforeAnyWork() throws IOException {
        TestPictures.write(folder.resolve("in"), 0, 1);
        TableRun.run(spark, pictures(), options(), null);
        Snapshot snapshot = table().version().latest();
        Path file = folder.resolve("cache")
                .resolve(table().version().folder())
                .resolve("_snapshots/" + String.format("%010d", snapshot.number()));
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("embedonce-table\t1", "embedonce-table\t2"));
        int before = Cluster.encoded().size();
        assertThatThrownBy(() -> TableRun.run(spark, pictures(), options(), null))
                .hasMessageContaining("format 2");
        assertThat(Cluster.encoded()).hasSize(before);
    }

    static LongStream rows() {
        return "full".equals(System.getProperty("embedonce.spark"))
                ? LongStream.of(50_000, 1_000_000, 10_000_000)
                : LongStream.of(50_000);
    }

    /** {@code -Dembedonce.spark=full} goes on to ten million rows, and says how long it took. */
    @ParameterizedTest
    @MethodSource("rows")
    void lookingForMisses_shufflesHashesAndLocations(long pictures) throws Exception {
        SparkSession large = spark.newSession();
        large.conf().set("spark.sql.autoBroadcastJoinThreshold", -1); // as if the table were too large for that
        String manifest = folder.resolve("manifest").toString();
        generated(pictures).write().parquet(manifest);
        String known = folder.resolve("known").toString();
        generated(pictures / 2).select(TableRow.HASH).write().parquet(known);
        AtomicLong shuffled = new AtomicLong();
        AtomicLong taskNanos = new AtomicLong();
        SparkListener listener = new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                shuffled.addAndGet(end.taskMetrics().shuffleWriteMetrics().bytesWritten());
                taskNanos.addAndGet(end.taskMetrics().executorCpuTime());
            }
        };
        String misses = folder.resolve("misses").toString();
        long start = System.nanoTime();
        spark.sparkContext().addSparkListener(listener);
        try {
            TableRun.misses(
                            large.read().schema(Manifest.SCHEMA).parquet(manifest),
                            large.read().parquet(known),
                            TableRun.partitions(pictures + pictures / 2))
                    .write()
                    .parquet(misses);
            spark.sparkContext().listenerBus().waitUntilEmpty();
        } finally {
            spark.sparkContext().removeSparkListener(listener);
        }
        System.out.printf(
                "misses of %,d pictures: %.1f s, %.1f s of tasks' processor time, %.1f bytes a row%n",
                pictures, (System.nanoTime() - start) / 1e9, taskNanos.get() / 1e9, shuffled.get() / (pictures * 1.5));
        assertThat(spark.read().parquet(misses).count()).isEqualTo(pictures / 2);
        assertThat(shuffled.get()).isBetween(32 * pictures, 80 * (pictures + pictures / 2));
    }

    private Dataset<Row> generated(long rows) {
        return spark.range(0, rows, 1, 2)
                .selectExpr(
                        "concat('s3a://bucket/photos/', lpad(id, 9, '0'), '.jpg') AS location",
                        "unhex(sha2(string(id), 256)) AS hash",
                        "100000 + id % 1000 AS length",
                        "0L AS offset",
                        "string(null) AS reason");
    }
}
