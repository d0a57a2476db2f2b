package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cli.pictures.Cli;
import dev.embedonce.cli.terminal.ExitCodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong with a command line, the message does not repeat what may be a secret. */
class SecretsNotEchoedTest {
    private static final String SECRET = "hunter2-sesame";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve --model demo --port redis://bob:SECRET@host",
                "serve --model demo --port=SECRET",
                "serve --model demo redis://bob:SECRET@host",
                "serve --model demo --kees=SECRET",
                "serve --model demo --kees SECRET",
                "serve --model demo -zSECRET",
                "serve --model demo --SECRET",
                "serve --model demo --keys SECRET",
                "serve --model demo --allow-images-from https://bob:SECRET@host",
                "serve --model demo --allow-images-from bob:SECRET@host",
                "serve --model demo --max-queue SECRET --keys x",
                "embed x --seal-key SECRET",
                "embed x --store redis//bob:SECRET@host",
                "embed x --stor redis://bob:SECRET@host",
                "embed x --batch SECRET",
                "cache stats SECRET",
                "cache SECRET",
                "SECRET",
                "chat --model demo --dtype SECRET"
            })
    void message_doesNotShowTheSecret(String line) throws Exception {
        Cli.Result result = Cli.run((Object[]) line.replace("SECRET", SECRET).split(" "));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCodes.CANNOT);
        assertThat(result.err()).startsWith("embedonce: ");
        assertThat(result.out() + result.err()).doesNotContain(SECRET).doesNotContain("hunter2");
    }

    @Test
    void message_stillSaysWhatIsWrong() throws Exception {
        assertThat(Cli.run("serve", "--modle", "demo").err())
                .contains("unknown option --modle")
                .contains("--model");
        assertThat(Cli.run("serve", "--model", "demo", "--port", "x1").err())
                .contains("--port")
                .contains("int");
        assertThat(Cli.run("serve", "--port").err()).contains("--port");
        assertThat(Cli.run("serve", "--model", "demo", "--keys", "x1").err()).contains("--keys");
    }

    /** It stands in a place that leads nowhere: a model that is not there ends the command before it serves. */
    @Test
    void keysThatOthersCanRead_areWarnedOf() throws Exception {
        Assumptions.assumeTrue(
                folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "modes");
        Path keys = Files.writeString(
                folder.resolve("keys.json"),
                "{\"keys\": [{\"name\": \"a\", \"key\": \"hunter2-sesame-open\", \"salt\": \"s\"}]}");

        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(warnings(keys))
                .anyMatch(text -> text.contains("can be read by others"))
                .noneMatch(text -> text.contains("hunter2"));
        Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
        assertThat(warnings(keys)).isEmpty();
    }

    private List<String> warnings(Path keys) throws Exception {
        List<String> warnings = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                warnings.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.embedonce.codec.SecretFiles");
        logger.addHandler(handler);
        try {
            Object model = folder.resolve("none");
            Cli.run("serve", "--model", model, "--store", "memory:", "--keys", keys);
        } finally {
            logger.removeHandler(handler);
        }
        return warnings;
    }
}
