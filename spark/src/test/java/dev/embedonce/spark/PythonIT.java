package dev.embedonce.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.embedonce.spark.testing.Bundle;
import dev.embedonce.spark.testing.Reference;
import dev.embedonce.spark.testing.TestPictures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Python's doors, with the Spark that pip brings: nothing of ours is installed there. */
class PythonIT {
    private static final int PICTURES = 6;

    @TempDir
    private Path folder;

    private static String python() {
        String python = System.getenv("EMBEDONCE_PYTHON_SPARK");
        if (python == null || python.isEmpty()) {
            assertThat(System.getenv("CI"))
                    .as("EMBEDONCE_PYTHON_SPARK is not set")
                    .isNotEqualTo("true");
            assumeTrue(false, "EMBEDONCE_PYTHON_SPARK, an interpreter that has pyspark[connect], is not set");
        }
        return String.valueOf(python);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "connect"})
    void answersAreJavas(String how) throws Exception {
        String python = python();
        TestPictures.write(folder.resolve("in"), 0, PICTURES);
        List<String> command = new ArrayList<>(List.of(python));
        Collections.addAll(
                command,
                Path.of(PythonIT.class.getResource("/doors/doors.py").toURI()).toString(),
                how,
                Bundle.jar().toString(),
                folder.resolve("in").toString(),
                folder.resolve("cache").toString(),
                folder.resolve("out").toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().remove("SPARK_HOME");
        builder.environment().put("SPARK_DRIVER_MEMORY", "700m");
        Process process = builder.start();
        boolean ended = process.waitFor(300, TimeUnit.SECONDS);
        process.destroyForcibly();
        String output = Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
        assertThat(ended && process.exitValue() == 0).as(output).isTrue();
        assertThat(output).contains("EQUAL " + PICTURES);
        for (int i = 0; i < PICTURES; i++) {
            assertThat(output).contains("ANSWER " + i + ".png encoded " + Reference.sha256(TestPictures.png(i)));
        }
    }
}
