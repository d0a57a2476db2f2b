package dev.embedonce.spark.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/**
 * A session whose executors are two processes of their own, one core each, shared by all tests of a JVM and ended with
 * it.
 */
public final class Cluster {
    private static final Path HOME = Path.of(System.getenv("SPARK_HOME"));
    private static final Path WORK = HOME.resolve("work");
    private static final Pattern ENCODED = Pattern.compile("EncodeRows: encoded ([0-9a-f]{64})");

    private static final class Holder {
        static final SparkSession SESSION = start();
    }

    private Cluster() {}

    public static SparkSession session() {
        return Holder.SESSION;
    }

    private static SparkSession start() {
        try {
            writeClassPath(HOME.resolve("jars/tests.jar"));
            FileUtils.deleteDirectory(WORK.toFile()); // logs of an earlier build
            Files.createDirectories(WORK);
            Path warehouse = Files.createTempDirectory("warehouse");
            return SparkSession.builder()
                    .master("local-cluster[2,1,768]")
                    .appName("tests")
                    .config("spark.executor.memory", "640m")
                    .config("spark.executor.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1")
                    .config("spark.driver.host", "127.0.0.1")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.ui.enabled", "false")
                    .config("spark.sql.warehouse.dir", warehouse.toUri().toString())
                    .config("spark.sql.shuffle.partitions", "2")
                    .config("spark.sql.files.openCostInBytes", "65536")
                    .getOrCreate();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An archive of nothing but the class path, which would be too long for a command line to be seen whole. */
    private static void writeClassPath(Path jar) throws IOException {
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(entry -> new File(entry).toURI().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    }

    /** The executors that there are. */
    public static List<ProcessHandle> executors() {
        session();
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments ->
                                List.of(arguments).contains("org.apache.spark.executor.CoarseGrainedExecutorBackend"))
                        .orElse(false))
                .toList();
    }

    /** The contents that executors have encoded since they started, as often as they did. */
    public static List<String> encoded() throws IOException {
        session();
        List<String> hashes = new ArrayList<>();
        try (Stream<Path> logs = Files.walk(WORK)) {
            for (Path log : logs.filter(file -> file.endsWith("stderr")).toList()) {
                Matcher lines = ENCODED.matcher(Files.readString(log));
                while (lines.find()) {
                    hashes.add(lines.group(1));
                }
            }
        }
        return hashes;
    }
}
