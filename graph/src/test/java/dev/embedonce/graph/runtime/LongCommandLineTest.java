package dev.embedonce.graph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A process with a class path of many jars, as a build tool or an IDE starts it. ONNX Runtime 1.29 ended such a process
 * without a word: see ADR 009.
 */
class LongCommandLineTest {
    private static final int LENGTH = 60_000;

    @Test
    @Timeout(120)
    void open_inAProcessWithALongCommandLine_works() throws IOException, InterruptedException {
        String jars = (File.pathSeparator + "some-library-1.0.0.jar").repeat(LENGTH / 23);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path") + jars,
                        LongCommandLineTest.class.getName())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("[y, z]");
    }

    /** The process. */
    public static void main(String[] arguments) {
        try (OnnxSession session = OnnxSession.open("affine", TestGraphs.affine(), SessionOptions.DEFAULT)) {
            System.out.println(session.outputs().keySet());
        }
    }
}
