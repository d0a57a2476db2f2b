package dev.embedonce.spark;

import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The format {@code embedonce} of {@code df.write}, which every language has, through Spark Connect too: {@code
 * df.write.format("embedonce").option("cache", ...).mode("overwrite").save(out)}. Options are those of {@link
 * EmbedOptions}; without a path the cache is filled and no answers are written.
 */
public final class EmbedSource implements CreatableRelationProvider, DataSourceRegister {
    private static final Logger LOG = LoggerFactory.getLogger(EmbedSource.class);

    @Override
    public String shortName() {
        return "embedonce";
    }

    @Override
    public BaseRelation createRelation(
            SQLContext context,
            SaveMode mode,
            scala.collection.immutable.Map<String, String> parameters,
            Dataset<Row> images) {
        Map<String, String> given = new HashMap<>(CollectionConverters.asJava(parameters));
        String out = given.remove("path");
        EmbedOptions options = EmbedOptions.of(given);
        try {
            if (out == null || mayWrite(context, mode, out)) {
                EmbedSummary summary = EmbedOnce.embed(images, options, out);
                LOG.info("{}", summary.toJson());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Written(context, images.schema());
    }

    private static boolean mayWrite(SQLContext context, SaveMode mode, String out) throws IOException {
        Path path = new Path(out);
        boolean exists =
                path.getFileSystem(context.sparkContext().hadoopConfiguration()).exists(path);
        if (mode == SaveMode.Append) {
            throw new IllegalArgumentException(
                    "embedonce writes an answer for each picture of the frame: the mode is overwrite, ignore or error");
        }
        if (mode == SaveMode.ErrorIfExists && exists) {
            throw new IllegalArgumentException(out + " exists; to replace it, say mode overwrite");
        }
        return mode != SaveMode.Ignore || !exists;
    }

    /** What Spark asks for, and does not look at. */
    private static final class Written extends BaseRelation {
        private final SQLContext context;
        private final StructType schema;

        Written(SQLContext context, StructType schema) {
            this.context = context;
            this.schema = schema;
        }

        @Override
        public SQLContext sqlContext() {
            return context;
        }

        @Override
        public StructType schema() {
            return schema;
        }
    }
}
