package dev.embedonce.spark;

import dev.embedonce.spark.job.EmbedOptions;
import dev.embedonce.spark.job.EmbedSummary;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Embeds a collection, by {@code spark-submit --class dev.embedonce.spark.EmbedJob JAR --in FOLDER --cache FOLDER --out
 * FOLDER}. Says what it has done on standard output, and what went wrong on standard error; ends with 1 if it failed
 * and 2 if it was asked for something that makes no sense.
 */
public final class EmbedJob {
    private static final String USAGE = """
            usage: EmbedJob --in URI (--cache URI | --store URL) [options]
              --in URI         a folder of pictures, searched with all below it; a table; a folder of tars, or one tar
              --source KIND    what is there: files (default), parquet (a column of bytes or of locations), tar
              --glob PATTERN   of files: which names count
              --cache URI      the folder of the table that is the cache
              --store URL      instead, a store that all executors reach, such as postgresql://... or redis://...
              --out URI        where to write a row for each picture; without it the cache is filled and that is all
              --json           say what was done as one line of JSON
              --strict         fail if a picture fails, when all others are done
              --pixel-hits     look for other bytes of the same pixels, at one more decoding of each miss
              --model MODEL    and what else is in the guide, by the same names as for df.write.format("embedonce")
            """;

    /** What the command line takes for pictures. */
    private static final String PICTURES = "*.{[pP][nN][gG],[jJ][pP][gG],[jJ][pP][eE][gG],[gG][iI][fF],[bB][mM][pP],"
            + "[tT][iI][fF],[tT][iI][fF][fF],[wW][eE][bB][pP]}";

    /** Spark counts 4 MB for opening a file, which makes a task of every 32 small pictures. */
    private static final String OPEN_COST = "spark.sql.files.openCostInBytes";

    private EmbedJob() {}

    public static void main(String[] arguments) {
        int status;
        try {
            status = run(new Arguments(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("embedonce: " + e.getMessage());
            System.err.print(USAGE);
            status = 2;
        }
        if (status != 0) {
            System.exit(status);
        }
    }

    private static int run(Arguments arguments) {
        String in = arguments.required("in");
        String source = arguments.text("source", "files");
        String glob = arguments.text("glob", PICTURES);
        String out = arguments.text("out");
        boolean json = arguments.text("json") != null;
        if (!List.of("files", "parquet", "tar").contains(source)) {
            throw new IllegalArgumentException("--source: expected files, parquet or tar; found '" + source + "'");
        }
        EmbedOptions options = EmbedOptions.of(arguments.rest());
        SparkSession spark = SparkSession.builder().appName("embedonce").getOrCreate();
        try {
            if (!spark.sparkContext().getConf().contains(OPEN_COST)) {
                spark.conf().set(OPEN_COST, 64 << 10);
            }
            EmbedSummary summary = switch (source) {
                case "tar" -> EmbedOnce.embedTars(spark, tars(spark, in), options, out);
                case "parquet" -> EmbedOnce.embed(spark.read().parquet(in), options, out);
                default -> EmbedOnce.embed(files(spark, in, glob), options, out);
            };
            System.out.println(json ? summary.toJson() : text(summary));
            return 0;
        } catch (Exception e) {
            System.err.println("embedonce: " + reason(e));
            return e instanceof IllegalArgumentException ? 2 : 1;
        } finally {
            spark.stop();
        }
    }

    private static Dataset<Row> files(SparkSession spark, String in, String glob) {
        return spark.read()
                .format("binaryFile")
                .option("recursiveFileLookup", true)
                .option("pathGlobFilter", glob)
                .load(in);
    }

    private static List<String> tars(SparkSession spark, String in) throws IOException {
        Path path = new Path(in);
        FileStatus[] found = path.getFileSystem(spark.sparkContext().hadoopConfiguration())
                .globStatus(in.endsWith(".tar") ? path : new Path(path, "*.tar"));
        if (found == null || found.length == 0) {
            throw new FileNotFoundException("no tars in " + in);
        }
        return Arrays.stream(found).map(file -> file.getPath().toString()).toList();
    }

    private static String text(EmbedSummary summary) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%,d images: %,d hits, %,d encoded, %,d pixel hits, %,d failed%n",
                summary.images(), summary.hits(), summary.encoded(), summary.pixelHits(), summary.failed()));
        if (summary.damaged() > 0) {
            text.append(String.format("%,d damaged rows were encoded anew%n", summary.damaged()));
        }
        summary.failures()
                .forEach(one -> text.append("  ")
                        .append(one.location())
                        .append(": ")
                        .append(one.reason())
                        .append(System.lineSeparator()));
        return text.toString().stripTrailing();
    }

    /** What lies at the bottom: Spark wraps what tasks throw. */
    private static String reason(Throwable error) {
        Throwable deepest = error;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        String message = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        return message.lines().findFirst().orElse(message);
    }

    /** {@code --name value}, {@code --name=value}, and {@code --name} alone for true. */
    private static final class Arguments {
        private final Map<String, String> left = new HashMap<>();

        Arguments(String[] arguments) {
            for (int i = 0; i < arguments.length; i++) {
                if (!arguments[i].startsWith("--")) {
                    throw new IllegalArgumentException("expected an option; found '" + arguments[i] + "'");
                }
                String[] parts = arguments[i].substring(2).split("=", 2);
                boolean alone = i + 1 == arguments.length || arguments[i + 1].startsWith("--");
                String value = parts.length == 2 ? parts[1] : alone ? "true" : arguments[++i];
                if (left.put(parts[0], value) != null) {
                    throw new IllegalArgumentException("--" + parts[0] + " is there twice");
                }
            }
        }

        @Nullable
        String text(String name) {
            return left.remove(name);
        }

        String text(String name, String otherwise) {
            String value = text(name);
            return value == null ? otherwise : value;
        }

        String required(String name) {
            String value = text(name);
            if (value == null) {
                throw new IllegalArgumentException("--" + name + " is missing");
            }
            return value;
        }

        /** Those that nobody has asked for. */
        Map<String, String> rest() {
            return left;
        }
    }
}
