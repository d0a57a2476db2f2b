package dev.embedonce.spark.internal.source;

import static org.apache.spark.sql.functions.col;

import dev.embedonce.table.ManifestRow;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** Pictures in files of their own. A miss is read again by its location, on whichever host encodes it. */
public final class FilePictures implements Pictures {
    private final Dataset<Row> locations;
    private final Contents contents;
    private final long maxImageBytes;

    /** Those that {@code location} of {@code frame} says. */
    public FilePictures(Dataset<Row> frame, Column location, long maxImageBytes) {
        this.locations = frame.select(location.cast("string").as(ManifestRow.LOCATION));
        this.contents = new Contents(frame.sparkSession());
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Dataset<Row> manifest() {
        return locations.mapPartitions(new HashRows(finder(), maxImageBytes), Encoders.row(Manifest.SCHEMA));
    }

    @Override
    public Dataset<Row> of(Dataset<Row> misses, int partitions) {
        return misses.repartition(partitions, col(ManifestRow.HASH));
    }

    @Override
    public Dataset<Row> all() {
        return locations;
    }

    @Override
    public Finder finder() {
        Contents found = contents;
        return row -> found.file(row.getAs(ManifestRow.LOCATION));
    }
}
