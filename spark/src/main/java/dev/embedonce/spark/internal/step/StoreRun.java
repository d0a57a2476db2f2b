package dev.embedonce.spark.internal.step;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * A run over a store that all executors reach: each looks up, encodes and keeps through a cache of its own, as the
 * command line does. A task that is tried again finds what it had kept.
 */
public final class StoreRun {
    private static final int SOME_FAILURES = 20;

    private StoreRun() {}

    /**
     * Runs it.
     *
     * @param out where to write the answers, a URI; null for none
     */
    public static EmbedSummary run(SparkSession spark, Pictures pictures, EmbedOptions options, @Nullable String out) {
        RunEncoder encoder = RunEncoder.of(options.encoder());
        Laps laps = new Laps();
        Dataset<Row> answers = pictures.all()
                .mapPartitions(
                        new ServeRows(
                                encoder,
                                Objects.requireNonNull(options.store()),
                                pictures.finder(),
                                options.maxImageBytes()),
                        Encoders.row(AnswerRow.SCHEMA));
        if (out != null) {
            answers.write().mode(SaveMode.Overwrite).parquet(out);
            answers = spark.read().schema(AnswerRow.SCHEMA).parquet(out);
        }
        Map<String, Long> counts = new HashMap<>();
        for (Row one : answers.groupBy(AnswerRow.STATUS).agg(count(lit(1))).collectAsList()) {
            counts.put(one.getString(0), one.getLong(1));
        }
        long failed = counts.getOrDefault(AnswerRow.FAILED, 0L);
        List<EmbedSummary.Failure> some = List.of();
        if (failed > 0) {
            some = answers
                    .filter(col(AnswerRow.ERROR).isNotNull())
                    .select("path", AnswerRow.ERROR)
                    .limit(SOME_FAILURES)
                    .collectAsList()
                    .stream()
                    .map(row -> new EmbedSummary.Failure(row.getString(0), row.getString(1)))
                    .toList();
        }
        laps.end("serve");
        return new EmbedSummary(
                counts.values().stream().mapToLong(Long::longValue).sum(),
                counts.getOrDefault(AnswerRow.ENCODED, 0L),
                counts.getOrDefault(AnswerRow.PIXEL_HIT, 0L),
                failed,
                0,
                some,
                encoder.modelVersion(),
                encoder.preprocVersion(),
                null,
                laps.seconds());
    }
}
