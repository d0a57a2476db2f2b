package dev.embedonce.spark.internal.step;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.min;

import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.table.ParquetFiles;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;

/**
 * Encodes misses wave by wave, straight into parts: nothing that was encoded waits in memory, or for a shuffle, where a
 * lost executor would take it along. Counts what was written. Not thread-safe.
 */
final class Waves {
    private static final StructType FAILURE = new StructType()
            .add(TableRow.HASH, DataTypes.BinaryType, false)
            .add(EncodeRows.REASON, DataTypes.StringType, true);

    private final SparkSession spark;
    private final Configuration hadoop;
    private final SparkTable table;
    private final RunEncoder encoder;
    private final Pictures pictures;
    private final EmbedOptions options;
    private final Path work;
    private final LongAccumulator progress;

    private long encoded;
    private long pixelHits;
    private int inputs;
    private Dataset<Row> failures;

    /** @param work a folder for what is needed for a while */
    Waves(
            SparkSession spark,
            SparkTable table,
            RunEncoder encoder,
            Pictures pictures,
            EmbedOptions options,
            Path work) {
        this.spark = spark;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.table = table;
        this.encoder = encoder;
        this.pictures = pictures;
        this.options = options;
        this.work = work;
        this.progress = spark.sparkContext().longAccumulator("embedonce: pictures encoded");
        this.failures = spark.createDataFrame(List.of(), FAILURE);
    }

    /** Contents that the encoder has run for. */
    long encoded() {
        return encoded;
    }

    /** Contents that were linked to the answer that their pixels had. */
    long pixelHits() {
        return pixelHits;
    }

    /** What failed, columns {@code hash} and {@code reason}, a content once, however often it was tried. */
    Dataset<Row> failures() {
        return failures.dropDuplicates(TableRow.HASH);
    }

    /** For people to watch; pictures of tasks that are tried again count twice. */
    LongAccumulator progress() {
        return progress;
    }

    /**
     * Encodes some misses, and publishes them.
     *
     * @param count how many, more or less
     * @param base what the table had when they were looked up, with what the waves before have published
     * @return that with what this one has published; what others have published meanwhile is not in it
     */
    Snapshot encode(Dataset<Row> misses, long count, Snapshot base) throws IOException {
        List<Part> parts = options.pixelHits() ? linkOrEncode(misses, count, base) : encode(misses, count);
        return table.publish(base, parts);
    }

    private List<Part> encode(Dataset<Row> misses, long count) throws IOException {
        String name = table.newName();
        pictures.of(misses, tasks(count))
                .mapPartitions(
                        new EncodeRows(encoder, pictures.finder(), options.maxImageBytes(), progress),
                        Encoders.row(EncodeRows.SCHEMA))
                .write()
                .partitionBy(EncodeRows.FAILED)
                .parquet(table.folder(name));
        String answers = name + "/" + EncodeRows.FAILED + "=false";
        String failed = table.folder(name + "/" + EncodeRows.FAILED + "=true");
        encoded += ParquetFiles.values(table.folder(answers), TableRow.HASH, hadoop)
                - ParquetFiles.values(table.folder(answers), TableRow.LINK, hadoop);
        if (ParquetFiles.rows(failed, hadoop) > 0) {
            failures = failures.union(spark.read().schema(FAILURE).parquet(failed));
        }
        return table.written(answers, Clock.systemUTC().instant());
    }

    /**
     * Looks for the pixels of misses: first in the table, then among the misses themselves, of which one content an
     * input is encoded.
     */
    private List<Part> linkOrEncode(Dataset<Row> misses, long count, Snapshot base) throws IOException {
        String folder = new Path(work, "inputs-" + inputs++).toString();
        pictures.of(misses, tasks(count))
                .mapPartitions(
                        new DigestRows(encoder, pictures.finder(), options.maxImageBytes()),
                        Encoders.row(DigestRows.SCHEMA))
                .dropDuplicates(TableRow.HASH)
                .write()
                .parquet(folder);
        Dataset<Row> digests = spark.read().schema(DigestRows.SCHEMA).parquet(folder);
        List<Part> parts = new ArrayList<>(link(digests, base.parts()));
        Dataset<Row> unknown = without(digests, table.read(parts));

        Dataset<Row> firsts = unknown.groupBy(coalesce(col(EncodeRows.INPUT), col(TableRow.HASH)))
                .agg(
                        min(TableRow.HASH).as(TableRow.HASH),
                        first(EncodeRows.INPUT).as(EncodeRows.INPUT))
                .select(TableRow.HASH, EncodeRows.INPUT);
        List<Part> encodings = encode(misses.join(firsts, TableRow.HASH), count);
        parts.addAll(encodings);

        Dataset<Row> twins = without(unknown, firsts);
        if (!twins.isEmpty()) {
            List<Part> links = link(twins, encodings);
            parts.addAll(links);
            Dataset<Row> alone = without(twins, table.read(links)); // the first one failed
            if (!alone.isEmpty()) {
                parts.addAll(encode(misses.join(alone.select(TableRow.HASH), TableRow.HASH), count));
            }
        }
        return parts;
    }

    private static Dataset<Row> without(Dataset<Row> contents, Dataset<Row> others) {
        return contents.join(others.select(TableRow.HASH), new String[] {TableRow.HASH}, "left_anti");
    }

    /** Writes links for those whose input is in {@code known}, along with its answer. */
    private List<Part> link(Dataset<Row> inputs, List<Part> known) throws IOException {
        Dataset<Row> rows = table.read(known);
        Dataset<Row> links = rows.filter(col(TableRow.LINK).isNotNull())
                .select(col(TableRow.HASH).as(EncodeRows.INPUT), col(TableRow.LINK), col(TableRow.HEADER));
        Dataset<Row> answered = rows.filter(col(TableRow.LINK).isNull())
                .select(col(TableRow.HASH).as(TableRow.LINK));
        String name = table.newName();
        inputs.join(links, EncodeRows.INPUT)
                .join(answered, new String[] {TableRow.LINK}, "left_semi")
                .mapPartitions(new LinkRows(encoder), Encoders.row(SparkTable.ROW))
                .write()
                .parquet(table.folder(name));
        List<Part> parts = table.written(name, Clock.systemUTC().instant());
        pixelHits += parts.stream().mapToLong(Part::rows).sum();
        return parts;
    }

    /** Enough for every core, none of less than a batch, none of more than the user wants to lose. */
    private int tasks(long misses) {
        long least = (misses + options.taskImages() - 1) / options.taskImages();
        long batches =
                (misses + options.encoder().batch() - 1) / options.encoder().batch();
        long cores = 2L * spark.sparkContext().defaultParallelism();
        return Math.toIntExact(Math.max(least, Math.min(cores, batches)));
    }
}
