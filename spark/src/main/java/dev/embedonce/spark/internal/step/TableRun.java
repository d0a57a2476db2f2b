package dev.embedonce.spark.internal.step;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.xxhash64;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Manifest;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.table.ParquetFiles;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import dev.embedonce.table.Change;
import dev.embedonce.table.ManifestRow;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run over a table. Its steps, each of which ends in files, so that none is done again because a later one fails:
 *
 * <ol>
 *   <li>hash every picture: the manifest. From here on bytes stay where they are
 *   <li>misses: one location a content, less the contents that the table has
 *   <li>encode the misses, straight into new parts, in waves; publish each wave
 *   <li>answers, if asked for: the manifest joined with the table, every row proven. Damaged rows are taken out of the
 *       table, and it goes on with the misses
 * </ol>
 */
public final class TableRun {
    private static final Logger LOG = LoggerFactory.getLogger(TableRun.class);

    /** Rows of hashes on a partition: some 16 MB. */
    private static final long HASHES_A_PARTITION = 250_000;

    private static final int SOME_FAILURES = 20;

    private final SparkSession spark;
    private final Configuration hadoop;
    private final Pictures pictures;
    private final EmbedOptions options;
    private final RunEncoder encoder;
    private final String job = UUID.randomUUID().toString();
    private final Path work;
    private final SparkTable table;
    private final Waves waves;
    private final Laps laps = new Laps();

    private TableRun(SparkSession spark, Pictures pictures, EmbedOptions options) throws IOException {
        this.spark = spark;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.pictures = pictures;
        this.options = options;
        this.encoder = RunEncoder.of(options.encoder());
        Path root = new Path(Objects.requireNonNull(options.cache()));
        this.work = new Path(root, "_work/" + job);
        this.table = new SparkTable(spark, root, options.soleWriter(), encoder, job);
        this.waves = new Waves(spark, table, encoder, pictures, options, work);
    }

    /**
     * Runs it.
     *
     * @param out where to write the answers, a URI; null for none
     * @throws IOException if storage fails; what was published stays
     */
    public static EmbedSummary run(SparkSession spark, Pictures pictures, EmbedOptions options, @Nullable String out)
            throws IOException {
        TableRun run = new TableRun(spark, pictures, options);
        try {
            return run.run(out);
        } finally {
            run.work.getFileSystem(run.hadoop).delete(run.work, true);
        }
    }

    private EmbedSummary run(@Nullable String out) throws IOException {
        if (spark.sparkContext().getConf().getBoolean("spark.speculation", false)) {
            LOG.warn("spark.speculation is on: pictures will be encoded twice for nothing");
        }
        Snapshot snapshot = withoutMissingParts();
        laps.end("open");
        String manifestFolder = hash();
        Dataset<Row> manifest = spark.read().schema(Manifest.SCHEMA).parquet(manifestFolder);
        long images = ParquetFiles.rows(manifestFolder, hadoop);
        laps.end("hash");
        snapshot = encodeMisses(manifest, images, snapshot);
        Set<ContentHash> healed = new HashSet<>();
        if (out != null) {
            Answers answers = new Answers(spark, table, encoder, job);
            Set<ContentHash> damaged = answers.write(manifest, waves.failures(), snapshot.parts(), out);
            laps.end("answers");
            while (!damaged.isEmpty() && healed.addAll(damaged)) {
                LOG.warn("{} rows of {} are damaged, and encoded anew", damaged.size(), options.cache());
                table.takeOut(damaged);
                snapshot = encodeMisses(manifest, images, table.version().latest());
                damaged = answers.write(manifest, waves.failures(), snapshot.parts(), out);
                laps.end("answers");
            }
        }
        return summary(manifest, manifestFolder, images, healed.size(), snapshot);
    }

    /** Parts that are lost, or are not what was published, are taken out of the table: their contents are misses. */
    private Snapshot withoutMissingParts() throws IOException {
        return table.version().update(latest -> {
            List<Part> missing = table.version().missing(latest);
            if (!missing.isEmpty()) {
                LOG.warn("{} parts of {} are lost or damaged, and encoded anew", missing.size(), options.cache());
            }
            return new Change(Set.copyOf(missing), List.of(), Set.of());
        });
    }

    private String hash() {
        String kept = options.manifest();
        String folder = kept == null ? new Path(work, "manifest").toString() : kept;
        pictures.manifest().write().mode(SaveMode.Overwrite).parquet(folder);
        return folder;
    }

    private Snapshot encodeMisses(Dataset<Row> manifest, long images, Snapshot base) throws IOException {
        String folder = new Path(work, "misses-" + base.number()).toString();
        misses(manifest, table.read(base.parts()).select(TableRow.HASH), partitions(images + base.rows()))
                .write()
                .parquet(folder);
        long count = ParquetFiles.rows(folder, hadoop);
        laps.end("misses");
        LOG.info("{} images, {} contents to encode", images, count);
        if (count == 0) {
            return base;
        }
        Progress progress = new Progress(waves.progress(), count);
        try {
            return encodeInWaves(spark.read().parquet(folder), count, base);
        } finally {
            progress.close();
            laps.end("encode");
        }
    }

    private Snapshot encodeInWaves(Dataset<Row> misses, long count, Snapshot base) throws IOException {
        long atOnce = Math.min(options.waveImages(), pictures.mostAtOnce());
        long number = (count + atOnce - 1) / atOnce;
        Snapshot known = base;
        for (long wave = 0; wave < number; wave++) {
            Dataset<Row> some = number == 1
                    ? misses
                    : misses.filter(
                            pmod(xxhash64(col(TableRow.HASH)), lit(number)).equalTo(wave));
            known = waves.encode(some, (count + number - 1) / number, known);
            LOG.info("wave {} of {} is published", wave + 1, number);
        }
        return table.version().latest();
    }

    /** One location a content, of those that are not known. */
    static Dataset<Row> misses(Dataset<Row> manifest, Dataset<Row> known, int partitions) {
        return manifest.filter(col(ManifestRow.HASH).isNotNull())
                .repartition(partitions, col(ManifestRow.HASH))
                .groupBy(ManifestRow.HASH)
                .agg(min(struct(ManifestRow.LOCATION, ManifestRow.LENGTH, ManifestRow.OFFSET))
                        .as("first"))
                .join(known, new String[] {ManifestRow.HASH}, "left_anti")
                .select(ManifestRow.HASH, "first.*");
    }

    /** Partitions to look so many hashes up on. */
    static int partitions(long rows) {
        return (int) Math.min(100_000, rows / HASHES_A_PARTITION + 1);
    }

    private EmbedSummary summary(
            Dataset<Row> manifest, String manifestFolder, long images, long damaged, Snapshot snapshot)
            throws IOException {
        long unreadable = images - ParquetFiles.values(manifestFolder, ManifestRow.HASH, hadoop);
        long failed = unreadable;
        List<EmbedSummary.Failure> some = new ArrayList<>();
        if (!waves.failures().isEmpty()) {
            Dataset<Row> failedImages = manifest.drop(Manifest.REASON).join(waves.failures(), ManifestRow.HASH);
            failed += failedImages.count();
            collect(failedImages, some);
        }
        if (unreadable > 0) {
            collect(manifest.filter(col(Manifest.REASON).isNotNull()), some);
        }
        laps.end("count");
        return new EmbedSummary(
                images,
                waves.encoded(),
                waves.pixelHits(),
                failed,
                damaged,
                some,
                encoder.modelVersion(),
                encoder.preprocVersion(),
                snapshot.number(),
                laps.seconds());
    }

    private static void collect(Dataset<Row> failed, List<EmbedSummary.Failure> some) {
        for (Row row : failed.select(ManifestRow.LOCATION, Manifest.REASON)
                .limit(SOME_FAILURES - some.size())
                .collectAsList()) {
            some.add(new EmbedSummary.Failure(row.getString(0), row.getString(1)));
        }
    }
}
