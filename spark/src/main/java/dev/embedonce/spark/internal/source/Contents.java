package dev.embedonce.spark.internal.source;

import dev.embedonce.embed.ImageItem;
import java.io.Serializable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import scala.reflect.ClassTag$;

/** Finds pictures by their locations, on any host. Immutable. */
final class Contents implements Serializable {
    private static final long serialVersionUID = 1;

    /** Ends a tar's URI; what follows is a member's name. */
    private static final String TAR = ".tar#";

    private final Broadcast<SerializableConfiguration> hadoop;

    Contents(SparkSession spark) {
        this.hadoop = spark.sparkContext()
                .broadcast(
                        new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()),
                        ClassTag$.MODULE$.apply(SerializableConfiguration.class));
    }

    /** Where a member of a tar lies. */
    static String member(String tar, String name) {
        return tar + "#" + name;
    }

    /** A member of a tar, {@code length} bytes from {@code offset} on. */
    ImageItem member(String location, long offset, long length) {
        String tar = location.substring(0, location.indexOf(TAR) + TAR.length() - 1);
        return new StorageItem(location, new Path(tar), offset, length, hadoop.value());
    }

    /** A file. One of the host's own file system is read without Hadoop, which would look for checksum files. */
    ImageItem file(String location) {
        Path path = new Path(location);
        String scheme = path.toUri().getScheme();
        if (scheme == null) {
            scheme = hadoop.value().value().get("fs.defaultFS", "file:///").split(":", 2)[0];
        }
        return scheme.equals("file")
                ? ImageItem.of(location, java.nio.file.Path.of(path.toUri().getPath()))
                : new StorageItem(location, path, 0, -1, hadoop.value());
    }

    SerializableConfiguration hadoop() {
        return hadoop.value();
    }
}
