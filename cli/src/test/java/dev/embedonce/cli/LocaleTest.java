package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.embedonce.cli.terminal.ExitCodes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that are not ASCII, and names that are no UTF-8, in a Java process that the launcher did not start. */
@Timeout(120)
class LocaleTest {
    private static final String ACCENT = "caf\u00e9.png";
    private static final String ODD = "odd%E9.png";

    @TempDir
    private Path temp = Path.of("");

    private String uri = "";

    @BeforeEach
    void write() throws IOException {
        uri = temp.toRealPath().toUri().toString(); // of a folder, so with a slash at its end
        assertThat(uri).matches("[ -~]+/");
        try {
            Files.write(Path.of(URI.create(uri + "caf%C3%A9.png")), Pictures.pngBytes(1, 0.9f));
            Files.write(Path.of(URI.create(uri + ODD)), Pictures.pngBytes(2, 0.9f));
        } catch (IOException e) {
            assumeThat(false).as("this file system takes any name: " + e).isTrue();
        }
    }

    private String folder() {
        return uri.substring("file://".length(), uri.length() - 1);
    }

    /** What a command wrote to standard output and error, and how it ended. */
    private record Run(String output, int exit) {}

    private Run run(String locale, byte[] input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.embedonce.cli.Main"));
        command.addAll(List.of(arguments));
        return run(locale, input, new ProcessBuilder(command));
    }

    private Run run(String locale, byte[] input, ProcessBuilder builder) throws Exception {
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        builder.environment().put("LC_ALL", locale);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process =
                builder.directory(temp.toFile()).redirectErrorStream(true).start();
        try (var stdin = process.getOutputStream()) {
            new ByteArrayInputStream(input).transferTo(stdin);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        return new Run(output, process.exitValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8", "POSIX"})
    void folder_namesAreTheSameInAnyLocale(String locale) throws Exception {
        Run run = run(locale, new byte[0], "phash", folder());
        assertThat(run.output()).contains("  " + folder() + "/" + ACCENT + "\n").contains("  " + uri + ODD + "\n");
        assertThat(run.exit()).isZero();
        Run relative = run(locale, new byte[0], "phash", ".");
        assertThat(relative.output()).contains("  ./" + ACCENT + "\n").contains(ODD + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    void list_pathsAreBytesInAnyLocale(String locale) throws Exception {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        list.writeBytes((folder() + "/" + ACCENT + "\r\n\n" + ACCENT + "\n").getBytes(StandardCharsets.UTF_8));
        list.writeBytes((folder() + "/odd\u00e9.png\n").getBytes(StandardCharsets.ISO_8859_1));
        list.writeBytes("odd\u00e9.png\n".getBytes(StandardCharsets.ISO_8859_1));
        list.writeBytes((uri + ODD + "\n").getBytes(StandardCharsets.UTF_8));
        list.writeBytes("file:///%zz\nfile:///a%00b\n".getBytes(StandardCharsets.UTF_8));
        Run run = run(locale, list.toByteArray(), "phash", "-");
        assertThat(run.output().lines().filter(line -> line.matches("[0-9a-f]{16}  .*")))
                .extracting(line -> line.substring(18))
                .containsExactly(folder() + "/" + ACCENT, ACCENT, uri + ODD, uri + ODD, uri + ODD);
        assertThat(run.output()).contains("file:///%zz: not a path").contains("file:///a%00b: not a path");
    }

    @Test
    void argument_thatTheLocaleCannotRead_isRefusedByName() throws Exception {
        Run run = run("C", new byte[0], shell("phash", folder() + "/$(printf 'caf\\303\\251.png')"));
        assertThat(run.output())
                .contains("embedonce: the argument '" + folder() + "/" + ACCENT + "' cannot be read in this locale")
                .contains("set LC_ALL=C.UTF-8");
        assertThat(run.exit()).isEqualTo(ExitCodes.CANNOT);
    }

    @Test
    void argument_thatIsNoUtf8_isRefusedByName() throws Exception {
        Run run = run("C.UTF-8", new byte[0], shell("phash", "$(printf 'odd\\351.png')"));
        assertThat(run.output()).contains("it is no UTF-8; name the file by a file: URI");
        assertThat(run.exit()).isEqualTo(ExitCodes.CANNOT);
        Run named = run("C.UTF-8", new byte[0], "phash", uri + ODD);
        assertThat(named.output()).contains("  " + uri + ODD + "\n");
    }

    /** A command whose arguments a shell makes, since this process may not be able to. */
    private static ProcessBuilder shell(String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        StringBuilder line = new StringBuilder(
                "exec '" + java + "' -cp '" + System.getProperty("java.class.path") + "' dev.embedonce.cli.Main");
        for (String argument : arguments) {
            line.append(" \"").append(argument).append('"');
        }
        return new ProcessBuilder("sh", "-c", line.toString());
    }
}
