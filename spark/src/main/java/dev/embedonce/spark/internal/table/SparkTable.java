package dev.embedonce.spark.internal.table;

import static org.apache.spark.sql.functions.col;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.table.CacheTable;
import dev.embedonce.table.Change;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** One pair of versions of a table, as a run reads and writes it. Not thread-safe. */
public final class SparkTable {
    /** The columns of a part. */
    public static final StructType ROW = new StructType()
            .add(TableRow.HASH, DataTypes.BinaryType, false)
            .add(TableRow.LINK, DataTypes.BinaryType, true)
            .add(TableRow.VECTOR, DataTypes.createArrayType(DataTypes.FloatType, false), true)
            .add(TableRow.BUNDLE, DataTypes.BinaryType, true)
            .add(TableRow.HEADER, DataTypes.BinaryType, false);

    /** Of a row that was read: the URI of the part that it is in. */
    public static final String FILE = "file";

    private final SparkSession spark;
    private final Configuration hadoop;
    private final Path root;
    private final String job;
    private final TableVersion version;
    private int writes;

    /**
     * A table.
     *
     * @param root its folder
     * @param soleWriter whether the user promises that nobody else writes to it
     * @param job a name that no other run has: those of its parts begin with it
     */
    public SparkTable(SparkSession spark, Path root, boolean soleWriter, RunEncoder encoder, String job)
            throws IOException {
        this.spark = spark;
        this.hadoop = spark.sparkContext().hadoopConfiguration();
        this.root = root.getFileSystem(hadoop).makeQualified(root);
        this.job = job;
        this.version = new CacheTable(HadoopTableFiles.of(root, hadoop, soleWriter))
                .version(encoder.modelVersion(), encoder.preprocVersion());
    }

    /** The table's own protocol. */
    public TableVersion version() {
        return version;
    }

    /** The name of a new folder for parts; not to be called by several threads. */
    public String newName() {
        return "parts/" + job + "-" + writes++;
    }

    /** The URI of a folder for parts. */
    public String folder(String name) {
        return new Path(root, version.folder() + "/" + name).toString();
    }

    private Path file(Part part) {
        return new Path(root, version.path(part));
    }

    /** The rows of some parts, columns as {@link #ROW} and {@link #FILE}. */
    public Dataset<Row> read(Collection<Part> parts) {
        if (parts.isEmpty()) {
            return spark.createDataFrame(List.of(), ROW.add(FILE, DataTypes.StringType, false));
        }
        String[] files = parts.stream().map(part -> file(part).toString()).toArray(String[]::new);
        return spark.read().schema(ROW).parquet(files).withColumn(FILE, col("_metadata.file_path"));
    }

    /**
     * The parts that were written to {@link #folder} or below it.
     *
     * @param added when their rows were first published
     */
    public List<Part> written(String name, Instant added) throws IOException {
        List<Part> parts = new ArrayList<>();
        for (ParquetFiles.Footer footer : ParquetFiles.footers(folder(name), hadoop)) {
            if (footer.rows() > 0) {
                parts.add(new Part(name + "/" + footer.path(), footer.rows(), footer.sizeBytes(), added));
            }
        }
        return parts;
    }

    /**
     * Publishes parts on top of whatever others have published since, without the contents that those have.
     *
     * @param base what was there when the misses were looked up, with what the same run has published since
     * @return that with what was published now; what others have published is not in it
     */
    public Snapshot publish(Snapshot base, List<Part> own) throws IOException {
        List<Part> left = new ArrayList<>(own);
        version.publish(base, own, (parts, published, forgotten) -> {
            Dataset<Row> dead = hashes(forgotten);
            left.clear();
            left.addAll(without(parts, read(published).select(TableRow.HASH).union(dead), dead));
            return List.copyOf(left);
        });
        return base.with(left);
    }

    /** Takes the rows of some contents out of the table, and links to them: they are misses then. */
    public void takeOut(Set<ContentHash> contents) throws IOException {
        Dataset<Row> gone = hashes(contents);
        version.update(latest -> {
            List<Part> left = without(latest.parts(), gone, gone);
            Set<Part> removed = new HashSet<>(latest.parts());
            left.forEach(removed::remove);
            List<Part> added = new ArrayList<>(left);
            added.removeAll(latest.parts());
            return new Change(removed, added, Set.of());
        });
    }

    private Dataset<Row> hashes(Set<ContentHash> contents) {
        List<byte[]> bytes = contents.stream().map(ContentHash::toBytes).toList();
        return spark.createDataset(bytes, Encoders.BINARY()).toDF(TableRow.HASH);
    }

    /**
     * Leaves rows out of parts.
     *
     * @param contents whose rows are left out
     * @param targets to which links are left out
     * @return the parts, with new ones in the place of those that lost rows
     */
    private List<Part> without(List<Part> parts, Dataset<Row> contents, Dataset<Row> targets) throws IOException {
        Dataset<Row> rows = read(parts).select(TableRow.HASH, TableRow.LINK, FILE);
        Dataset<Row> links = targets.withColumnRenamed(TableRow.HASH, TableRow.LINK);
        Set<String> touched = rows
                .join(contents, new String[] {TableRow.HASH}, "left_semi")
                .select(FILE)
                .union(rows.join(links, new String[] {TableRow.LINK}, "left_semi")
                        .select(FILE))
                .distinct()
                .as(Encoders.STRING())
                .collectAsList()
                .stream()
                .map(file -> URI.create(file).getPath())
                .collect(Collectors.toSet());
        List<Part> result = new ArrayList<>();
        Map<Instant, List<Part>> anew = new TreeMap<>();
        for (Part part : parts) {
            if (touched.contains(file(part).toUri().getPath())) {
                anew.computeIfAbsent(part.added(), added -> new ArrayList<>()).add(part);
            } else {
                result.add(part);
            }
        }
        for (Map.Entry<Instant, List<Part>> together : anew.entrySet()) {
            String name = newName();
            read(together.getValue())
                    .join(contents, new String[] {TableRow.HASH}, "left_anti")
                    .join(links, new String[] {TableRow.LINK}, "left_anti")
                    .select(Arrays.stream(ROW.fieldNames()).map(functions::col).toArray(Column[]::new))
                    .write()
                    .parquet(folder(name));
            result.addAll(written(name, together.getKey()));
        }
        return result;
    }
}
