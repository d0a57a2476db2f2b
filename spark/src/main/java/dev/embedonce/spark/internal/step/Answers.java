package dev.embedonce.spark.internal.step;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Manifest;
import dev.embedonce.spark.internal.table.ParquetFiles;
import dev.embedonce.spark.internal.table.SparkTable;
import dev.embedonce.table.ManifestRow;
import dev.embedonce.table.Part;
import dev.embedonce.table.TableRow;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/** A row for each picture of a manifest: its vector, or why there is none. */
final class Answers {
    static final String LOCATION = ManifestRow.LOCATION;
    static final String REASON = Manifest.REASON;
    static final String TARGET = "target";
    static final String LINK_HEADER = "link_header";
    static final String LINK_FILE = "link_file";

    private final SparkSession spark;
    private final SparkTable table;
    private final RunEncoder encoder;
    private final String job;

    Answers(SparkSession spark, SparkTable table, RunEncoder encoder, String job) {
        this.spark = spark;
        this.table = table;
        this.encoder = encoder;
        this.job = job;
    }

    /**
     * Writes the answers.
     *
     * @param failures of this run, columns {@code hash} and {@code reason}; they are no part of the table
     * @param parts of the newest snapshot
     * @return contents whose rows are damaged: they have no vector in the answers, and are to be encoded anew
     */
    Set<ContentHash> write(Dataset<Row> manifest, Dataset<Row> failures, List<Part> parts, String out)
            throws IOException {
        Dataset<Row> found = found(manifest, failures, parts);
        found.mapPartitions(new AnswerRows(encoder, job), Encoders.row(AnswerRow.SCHEMA))
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(out);
        if (ParquetFiles.values(out, AnswerRow.ERROR, spark.sparkContext().hadoopConfiguration()) == 0) {
            return Set.of();
        }
        List<String> damaged = spark.read()
                .schema(AnswerRow.SCHEMA)
                .parquet(out)
                .filter(col(AnswerRow.STATUS).equalTo(AnswerRow.DAMAGED))
                .select(AnswerRow.HASH)
                .distinct()
                .as(Encoders.STRING())
                .collectAsList();
        Set<ContentHash> contents = new HashSet<>();
        damaged.forEach(hex -> contents.add(new ContentHash(hex)));
        return contents;
    }

    private Dataset<Row> found(Dataset<Row> manifest, Dataset<Row> failures, List<Part> parts) {
        Dataset<Row> rows = table.read(parts);
        Dataset<Row> asked = manifest.select(LOCATION, ManifestRow.HASH, REASON)
                .join(failures.withColumnRenamed(REASON, "failure"), new String[] {ManifestRow.HASH}, "left")
                .select(
                        col(LOCATION),
                        col(TableRow.HASH),
                        coalesce(col(REASON), col("failure")).as(REASON));
        Dataset<Row> links = rows.filter(col(TableRow.LINK).isNotNull())
                .select(
                        col(TableRow.HASH),
                        col(TableRow.LINK),
                        col(TableRow.HEADER).as(LINK_HEADER),
                        col(SparkTable.FILE).as(LINK_FILE));
        Dataset<Row> aimed = links.isEmpty()
                ? asked.withColumn(TableRow.LINK, lit(null).cast(DataTypes.BinaryType))
                        .withColumn(LINK_HEADER, lit(null).cast(DataTypes.BinaryType))
                        .withColumn(LINK_FILE, lit(null).cast(DataTypes.StringType))
                : asked.join(links, new String[] {TableRow.HASH}, "left");
        Dataset<Row> entries = rows.filter(col(TableRow.LINK).isNull())
                .select(
                        col(TableRow.HASH).as(TARGET),
                        col(TableRow.VECTOR),
                        col(TableRow.BUNDLE),
                        col(TableRow.HEADER),
                        col(SparkTable.FILE));
        return aimed.withColumn(TARGET, coalesce(col(TableRow.LINK), col(TableRow.HASH)))
                .join(entries, new String[] {TARGET}, "left");
    }
}
