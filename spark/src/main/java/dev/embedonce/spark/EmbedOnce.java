package dev.embedonce.spark;

import dev.embedonce.error.CacheException;
import dev.embedonce.spark.internal.source.ColumnPictures;
import dev.embedonce.spark.internal.source.FilePictures;
import dev.embedonce.spark.internal.source.Pictures;
import dev.embedonce.spark.internal.source.TarPictures;
import dev.embedonce.spark.internal.step.StoreRun;
import dev.embedonce.spark.internal.step.TableRun;
import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BinaryType;
import org.jspecify.annotations.Nullable;

/**
 * Embeds the pictures of a frame, those alone whose content is not in the cache yet.
 *
 * <pre>{@code
 * Dataset<Row> images = spark.read().format("binaryFile").load("s3a://bucket/photos");
 * EmbedOptions options = EmbedOptions.of(Map.of("cache", "s3a://bucket/cache"));
 * EmbedSummary done = EmbedOnce.embed(images, options, "s3a://bucket/vectors");
 * }</pre>
 *
 * <p>A frame as {@code binaryFile} gives it is read by its paths, piece by piece, and its {@code content} is not asked
 * for. Any other frame has a column of bytes, called {@code content} unless the options say otherwise, or a column of
 * locations, called {@code location} or {@code path}.
 */
public final class EmbedOnce {
    private EmbedOnce() {}

    /**
     * Embeds the pictures of a frame.
     *
     * @param out where to write a row for each picture, a URI of Parquet files that are replaced; null to fill the
     *     cache only
     * @throws IllegalArgumentException if the frame has no column that could hold pictures
     * @throws CacheException if a picture failed and the options are strict; everything else is done then
     * @throws IOException if storage fails; what was published stays
     */
    public static EmbedSummary embed(Dataset<Row> images, EmbedOptions options, @Nullable String out)
            throws IOException {
        return run(images.sparkSession(), pictures(images, options), options, out);
    }

    /**
     * Embeds the pictures in tars, as WebDataset has them.
     *
     * @param tars URIs of files that end in {@code .tar}
     * @throws IllegalArgumentException if one is no plain tar
     * @throws CacheException as {@link #embed}
     * @throws IOException as {@link #embed}
     */
    public static EmbedSummary embedTars(
            SparkSession spark, List<String> tars, EmbedOptions options, @Nullable String out) throws IOException {
        return run(spark, new TarPictures(spark, tars, options.maxImageBytes()), options, out);
    }

    private static EmbedSummary run(SparkSession spark, Pictures pictures, EmbedOptions options, @Nullable String out)
            throws IOException {
        EmbedSummary summary = options.store() != null
                ? StoreRun.run(spark, pictures, options, out)
                : TableRun.run(spark, pictures, options, out);
        if (options.strict() && summary.failed() > 0) {
            throw new CacheException(
                    summary.failed() + " of " + summary.images() + " pictures have no vector, among them "
                            + summary.failures().get(0).location() + ": "
                            + summary.failures().get(0).reason());
        }
        return summary;
    }

    private static Pictures pictures(Dataset<Row> images, EmbedOptions options) {
        Set<String> columns = Set.of(images.columns());
        String location = chosen(columns, options.locationColumn(), "location", "path");
        String content = chosen(columns, options.contentColumn(), "content");
        boolean files =
                columns.containsAll(Set.of("path", "modificationTime", "length")) && options.contentColumn() == null;
        if (content != null && !files) {
            if (!(images.schema().apply(content).dataType() instanceof BinaryType)) {
                throw new IllegalArgumentException("the column " + content + " is no column of bytes");
            }
            return new ColumnPictures(
                    images,
                    images.col(content),
                    location == null ? null : images.col(location),
                    options.maxImageBytes());
        }
        if (location == null) {
            throw new IllegalArgumentException("no column of pictures: expected bytes in 'content', or locations in"
                    + " 'location' or 'path', or the options contentColumn or locationColumn; found "
                    + Arrays.toString(images.columns()));
        }
        return new FilePictures(images, images.col(location), options.maxImageBytes());
    }

    private static @Nullable String chosen(Set<String> columns, @Nullable String named, String... usual) {
        if (named != null && !columns.contains(named)) {
            throw new IllegalArgumentException("there is no column '" + named + "'; there are " + columns);
        }
        return named != null
                ? named
                : Arrays.stream(usual).filter(columns::contains).findFirst().orElse(null);
    }
}
