package dev.embedonce.spark.internal.source;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.unhex;
import static org.apache.spark.sql.functions.when;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.table.ManifestRow;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Pictures in a column of bytes, which cannot be read again by themselves: the frame is read once more for the misses,
 * and their bytes, no others', move to where they are encoded.
 */
public final class ColumnPictures implements Pictures {
    private static final String CONTENT = "content";

    private final Dataset<Row> frame;
    private final long maxImageBytes;

    /**
     * Those in {@code content} of {@code frame}.
     *
     * @param location what they are called; null for their hashes
     */
    public ColumnPictures(Dataset<Row> frame, Column content, @Nullable Column location, long maxImageBytes) {
        Column name = sha2(content, 256);
        if (location != null) {
            name = coalesce(location.cast("string"), name);
        }
        this.frame = frame.select(coalesce(name, lit("(null)")).as(ManifestRow.LOCATION), content.as(CONTENT));
        this.maxImageBytes = maxImageBytes;
    }

    private static Column hash() {
        return unhex(sha2(col(CONTENT), 256));
    }

    @Override
    public Dataset<Row> manifest() {
        Column reason = when(col(CONTENT).isNull().or(length(col(CONTENT)).equalTo(0)), "empty value")
                .when(length(col(CONTENT)).gt(maxImageBytes), "more than " + maxImageBytes + " bytes");
        return frame.withColumn(Manifest.REASON, reason)
                .select(
                        col(ManifestRow.LOCATION),
                        readable(hash()).as(ManifestRow.HASH),
                        readable(length(col(CONTENT)).cast("long")).as(ManifestRow.LENGTH),
                        readable(lit(0L)).as(ManifestRow.OFFSET),
                        col(Manifest.REASON));
    }

    private static Column readable(Column value) {
        return when(col(Manifest.REASON).isNull(), value);
    }

    @Override
    public Dataset<Row> of(Dataset<Row> misses, int partitions) {
        return frame.withColumn(ManifestRow.HASH, hash())
                .join(
                        broadcast(misses.drop(ManifestRow.LOCATION, ManifestRow.LENGTH, ManifestRow.OFFSET)),
                        ManifestRow.HASH)
                .repartition(partitions, col(ManifestRow.HASH));
    }

    @Override
    public Dataset<Row> all() {
        return frame;
    }

    @Override
    public Finder finder() {
        String column = CONTENT;
        return row -> {
            byte[] content = row.getAs(column);
            String location = row.getAs(ManifestRow.LOCATION);
            return content == null ? ImageItem.unreadable(location, "empty value") : ImageItem.of(location, content);
        };
    }

    /** Every executor holds their hashes. */
    @Override
    public long mostAtOnce() {
        return 1_000_000;
    }
}
