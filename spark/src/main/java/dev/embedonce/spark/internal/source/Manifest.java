package dev.embedonce.spark.internal.source;

import dev.embedonce.table.ManifestRow;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of a manifest, {@link ManifestRow}'s and one more: why a picture could not be read. */
public final class Manifest {
    /** Null but for a picture that could not be read, of which the other columns but its location are null. */
    public static final String REASON = "reason";

    public static final StructType SCHEMA = new StructType()
            .add(ManifestRow.LOCATION, DataTypes.StringType, false)
            .add(ManifestRow.HASH, DataTypes.BinaryType, true)
            .add(ManifestRow.LENGTH, DataTypes.LongType, true)
            .add(ManifestRow.OFFSET, DataTypes.LongType, true)
            .add(REASON, DataTypes.StringType, true);

    private Manifest() {}

    static Row row(String location, byte[] hash, long length, long offset) {
        return RowFactory.create(location, hash, length, offset, null);
    }

    static Row unreadable(String location, Exception why) {
        return RowFactory.create(location, null, null, null, Reasons.of(why));
    }
}
