package dev.embedonce.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The official clients work unchanged. {@code EMBEDONCE_PYTHON_SDKS} names a Python with {@code openai} and {@code
 * anthropic}, {@code EMBEDONCE_NODE_SDKS} a folder whose {@code node_modules} has {@code openai}; without them the
 * tests are skipped, unless {@code CI} and {@code EMBEDONCE_REQUIRE_SDKS} are true.
 */
class SdkIT {
    @TempDir
    private static Path folder;

    private static VisionLanguageModel caller;
    private static TestServer server;

    @BeforeAll
    static void start() {
        caller = ChangedModels.answering(folder, ToolsTest.CALLS);
        server = TestServer.start(options -> options.chatModel("tiny-caller", caller));
    }

    @AfterAll
    static void stop() {
        server.close();
        caller.close();
    }

    private static String setting(String name) {
        String value = System.getenv(name);
        if (value == null || value.isEmpty()) {
            boolean required =
                    "true".equals(System.getenv("CI")) && "true".equals(System.getenv("EMBEDONCE_REQUIRE_SDKS"));
            assertThat(required).as(name + " is not set").isFalse();
            assumeTrue(false, name + " is not set");
        }
        return String.valueOf(value);
    }

    private static void run(String program, String script, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(program, TestServer.resource("sdk/" + script).toString()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("sdk", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(120, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertThat(ended && process.exitValue() == 0).as(read(output)).isTrue();
        } finally {
            Files.delete(output);
        }
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static String base() {
        return server.server().uri().toString();
    }

    @Test
    void pythonOpenai_works() throws Exception {
        String picture = Pictures.dataUri(Pictures.png(71));
        run(setting("EMBEDONCE_PYTHON_SDKS"), "openai_sdk.py", base(), TestServer.MODEL, TestServer.CLIP, picture);
    }

    @Test
    void pythonAnthropic_works() throws Exception {
        String picture = Base64.getEncoder().encodeToString(Pictures.png(72));
        run(setting("EMBEDONCE_PYTHON_SDKS"), "anthropic_sdk.py", base(), TestServer.MODEL, picture);
    }

    @Test
    void javaScriptOpenai_works() throws Exception {
        String folder = setting("EMBEDONCE_NODE_SDKS");
        String picture = Pictures.dataUri(Pictures.png(73));
        run("node", "openai_sdk.mjs", folder, base(), TestServer.MODEL, TestServer.CLIP, picture);
    }
}
