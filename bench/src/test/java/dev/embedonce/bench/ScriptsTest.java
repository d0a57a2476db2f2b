package dev.embedonce.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The scripts that made the test data run so seldom that nobody would see one break. pyflakes reads them; without it in
 * the interpreter that EMBEDONCE_PYTHON names, or python3, nothing is checked, and under {@code CI} that fails.
 */
class ScriptsTest {
    private static final Path SCRIPTS = Path.of("../scripts");

    @Test
    void scripts_parse_andNameNothingUnknown() throws Exception {
        boolean installed = said(List.of("--version")).exitCode() == 0;
        assumeThat(installed || System.getenv("CI") != null)
                .as("pyflakes is installed")
                .isTrue();

        assertThat(said(List.of(SCRIPTS.toString()))).isEqualTo(new Said(0, ""));
    }

    private record Said(int exitCode, String output) {}

    private static Said said(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getenv().getOrDefault("EMBEDONCE_PYTHON", "python3"));
        command.addAll(List.of("-m", "pyflakes"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), output);
    }
}
