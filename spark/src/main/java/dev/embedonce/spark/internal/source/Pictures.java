package dev.embedonce.spark.internal.source;

import dev.embedonce.embed.ImageItem;
import java.io.Serializable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The pictures of a run, wherever they come from. */
public interface Pictures {

    /** Finds a picture by a row. */
    @FunctionalInterface
    interface Finder extends Serializable {
        ImageItem item(Row row);
    }

    /** All of them hashed, as {@link Manifest} says; their bytes go no further. */
    Dataset<Row> manifest();

    /**
     * Those of some contents, each on the partition that its hash says.
     *
     * @param misses rows of a manifest, one a content; columns of their own stay
     * @param partitions how many
     * @return the rows that {@link #finder} reads, {@code hash} among them; a content may be there several times
     */
    Dataset<Row> of(Dataset<Row> misses, int partitions);

    /** All of them, in rows that {@link #finder} reads, {@code location} among them. */
    Dataset<Row> all();

    /** Finds a picture by a row of {@link #of} or {@link #all}. */
    Finder finder();

    /** How many contents {@link #of} takes at once. */
    default long mostAtOnce() {
        return Long.MAX_VALUE;
    }
}
