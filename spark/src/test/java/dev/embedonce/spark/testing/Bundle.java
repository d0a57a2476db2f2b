package dev.embedonce.spark.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bundle that this build has packaged, run as users run it: with Spark's libraries and no others. */
public final class Bundle {
    private static final Pattern OPENED = Pattern.compile("--add-opens=\\S+");

    private Bundle() {}

    public static Path jar() {
        return Path.of(System.getenv("EMBEDONCE_SPARK_BUNDLE"));
    }

    /** Starts a job, on two cores, in a process of its own; both of its streams go to a file. */
    public static Process start(Path log, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Matcher opened = OPENED.matcher(String.join(
                " ", java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()));
        while (opened.find()) {
            command.add(opened.group());
        }
        Collections.addAll(
                command,
                "-Xmx700m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dspark.master=local[2]",
                "-Dspark.ui.enabled=false",
                "-Dspark.driver.host=127.0.0.1",
                "-cp",
                Files.readString(Path.of(System.getenv("SPARK_CLASSPATH_FILE"))).strip() + File.pathSeparator + jar(),
                "dev.embedonce.spark.EmbedJob");
        Collections.addAll(command, arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** Runs a job to its end. */
    public static String run(int status, Path log, String... arguments) throws IOException, InterruptedException {
        Process process = start(log, arguments);
        try {
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(log, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(output).isEqualTo(status);
        return output;
    }
}
