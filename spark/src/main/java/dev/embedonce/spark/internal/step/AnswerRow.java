package dev.embedonce.spark.internal.step;

import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/** Rows of answers: the columns of the command line's table of vectors, and why there is no vector. */
final class AnswerRow {
    static final String HASH = "content_hash";
    static final String STATUS = "status";
    static final String ERROR = "error";

    static final StructType SCHEMA = new StructType()
            .add("path", DataTypes.StringType, false)
            .add(HASH, DataTypes.StringType, true)
            .add("width", DataTypes.IntegerType, false)
            .add("height", DataTypes.IntegerType, false)
            .add("model_version", DataTypes.StringType, false)
            .add("preproc_version", DataTypes.StringType, false)
            .add(STATUS, DataTypes.StringType, false)
            .add("vector", DataTypes.createArrayType(DataTypes.FloatType, false), true)
            .add(ERROR, DataTypes.StringType, true);

    static final String ENCODED = "encoded";
    static final String HIT = "hit";
    static final String PIXEL_HIT = "pixel-hit";
    static final String FAILED = "failed";

    /** Of a row of the table that proves nothing; such an answer is never the last one. */
    static final String DAMAGED = "damaged";

    private AnswerRow() {}

    static Row of(RunEncoder encoder, String path, String hash, String status, Entry entry) {
        Provenance made = entry.provenance();
        float[] vector = entry.embedding().toArray();
        return row(encoder, path, hash, made.width(), made.height(), status, vector, null);
    }

    /** Without a vector; {@code hash} is null if the picture could not be read. */
    static Row without(RunEncoder encoder, String path, @Nullable String hash, String status, String error) {
        return row(encoder, path, hash, 0, 0, status, null, error);
    }

    private static Row row(
            RunEncoder encoder,
            String path,
            @Nullable String hash,
            int width,
            int height,
            String status,
            float @Nullable [] vector,
            @Nullable String error) {
        return RowFactory.create(
                path, hash, width, height, encoder.modelVersion(), encoder.preprocVersion(), status, vector, error);
    }
}
