package dev.embedonce.spark.internal.source;

import static org.apache.spark.sql.functions.col;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.table.ManifestRow;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Pictures in tars, as WebDataset has them. A tar is read once from its beginning to its end, by one task; a miss is
 * one ranged read. Members that are called like no picture are left out.
 */
public final class TarPictures implements Pictures {
    private final SparkSession spark;
    private final List<String> tars;
    private final Contents contents;
    private final long maxImageBytes;

    /** Those in {@code tars}, URIs that end in {@code .tar}. */
    public TarPictures(SparkSession spark, List<String> tars, long maxImageBytes) {
        for (String tar : tars) {
            if (!tar.endsWith(".tar")) {
                throw new IllegalArgumentException(
                        tar + ": expected a .tar; pictures in compressed tars cannot be found again");
            }
        }
        this.spark = spark;
        this.tars = List.copyOf(tars);
        this.contents = new Contents(spark);
        this.maxImageBytes = maxImageBytes;
    }

    @Override
    public Dataset<Row> manifest() {
        Dataset<String> one = spark.createDataset(
                JavaSparkContext.fromSparkContext(spark.sparkContext())
                        .parallelize(tars, Math.max(1, tars.size()))
                        .rdd(),
                Encoders.STRING());
        return one.mapPartitions(new IndexTars(contents, maxImageBytes), Encoders.row(Manifest.SCHEMA));
    }

    @Override
    public Dataset<Row> of(Dataset<Row> misses, int partitions) {
        return misses.repartition(partitions, col(ManifestRow.HASH));
    }

    @Override
    public Dataset<Row> all() {
        return manifest();
    }

    @Override
    public Finder finder() {
        Contents found = contents;
        return row -> {
            String location = row.getAs(ManifestRow.LOCATION);
            Long offset = row.getAs(ManifestRow.OFFSET);
            return offset == null
                    ? ImageItem.unreadable(location, row.getAs(Manifest.REASON))
                    : found.member(location, offset, row.<Long>getAs(ManifestRow.LENGTH));
        };
    }
}
