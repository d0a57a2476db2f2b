package dev.embedonce.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cli.Launcher.Result;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.trace.TensorFile;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Vision-language models on the command line, with a tiny random model: its answers mean nothing, but are always the
 * same.
 */
@Timeout(1200)
class ChatIT {
    private static final Path FAMILIES = Path.of("../vlm/src/test/resources/families");
    private static final Path MODEL = FAMILIES.resolve("qwen3_vl/published");
    private static final Path SQUARE = FAMILIES.resolve("pictures/square.png");
    private static final Path WIDE = FAMILIES.resolve("pictures/wide.png");

    @TempDir
    private Path folder = Path.of("");

    private Result chat(String input, Object... arguments) throws Exception {
        Object[] all = new Object[arguments.length + 8];
        System.arraycopy(
                new Object[] {"chat", "--model", MODEL, "--greedy", "--max-tokens", 8, "--store", store()},
                0,
                all,
                0,
                8);
        System.arraycopy(arguments, 0, all, 8, arguments.length);
        return new Launcher(folder.resolve("unused.db")).runWithInput(input, all);
    }

    private String store() {
        return "files:" + folder.resolve("features");
    }

    @Test
    void chat_secondStart_hitsOnDiskAndAnswersTheSame() throws Exception {
        Result first = chat("", "--image", SQUARE, "Describe the image.");
        Result second = chat("", "--image", SQUARE, "Describe the image.");
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("[square.png: miss (encoded), ").contains("16 tokens]");
        assertThat(second.err()).contains("[square.png: hit (disk), ");
        assertThat(second.out()).isEqualTo(first.out()).isNotBlank();
    }

    @Test
    void chat_overwrittenFile_isLookedAtAnew() throws Exception {
        Path picture = folder.resolve("picture.png");
        Files.copy(SQUARE, picture);
        Result before = chat("", "--image", picture, "What?");
        Files.write(picture, Files.readAllBytes(WIDE));
        Result after = chat("", "--image", picture, "What?");
        assertThat(after.err()).contains("miss (encoded)");
        assertThat(after.out()).isNotEqualTo(before.out());
    }

    @Test
    void conversation_keepsHistory_andSurvivesMistakes() throws Exception {
        String input =
                "/image " + SQUARE + "\nDescribe it.\nAnd again?\n/image nowhere.png\n/nonsense\n/clear\nHello\n";
        Result result = chat(input, "--stats");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(3);
        assertThat(result.err())
                .contains("miss (encoded)")
                .contains("hit (memory)")
                .contains("NoSuchFile: nowhere.png")
                .contains("unknown: /nonsense");
        assertThat(result.err().lines().filter(line -> line.contains(", 0 of them reused")))
                .hasSize(2);
    }

    @Test
    void wrongInput_isOneLineAndExitCodeTwo() throws Exception {
        Path noPicture = Files.writeString(folder.resolve("text.png"), "no picture");
        Result bad = chat("", "--image", noPicture, "What?");
        assertThat(bad.exitCode()).isEqualTo(ExitCodes.CANNOT);
        assertThat(bad.err().lines()).hasSize(1).first().asString().startsWith("embedonce: image 1: ");
        Result missing = new Launcher(folder.resolve("unused.db")).run("chat", "--model", folder.resolve("none"), "x");
        assertThat(missing.exitCode()).isEqualTo(ExitCodes.CANNOT);
        assertThat(missing.err()).contains("no such folder");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"bert\"}");
        Result other = new Launcher(folder.resolve("unused.db")).run("chat", "--model", folder, "x");
        assertThat(other.exitCode()).isEqualTo(ExitCodes.CANNOT);
        assertThat(other.err().lines()).hasSize(1);
    }

    @Test
    void trace_hitEqualsMiss() throws Exception {
        Path miss = folder.resolve("miss.safetensors");
        Path hit = folder.resolve("hit.safetensors");
        Launcher launcher = new Launcher(folder.resolve("unused.db"));
        for (Path out : new Path[] {miss, hit}) {
            Result result = launcher.run(
                    "vlm",
                    "trace",
                    "--model",
                    MODEL,
                    "--image",
                    SQUARE,
                    "--image",
                    WIDE,
                    "--prompt",
                    "Which?",
                    "--cache",
                    store(),
                    "--all-logits",
                    "--out",
                    out);
            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(result.err()).contains(out == miss ? "wide.png: miss" : "wide.png: hit (disk)");
        }
        Weights first = Checkpoint.openFile(miss);
        assertThat(first.names()).contains("features", "deepstack_0", "image_grid_thw", "logits", "tokens");
        assertThat(Files.readAllBytes(hit)).isEqualTo(Files.readAllBytes(miss));
    }

    @Test
    void trace_ofTensors_needsConfigAndWeightsOnly() throws Exception {
        Path bare = Files.createDirectories(folder.resolve("bare"));
        for (String name : List.of("config.json", "model.safetensors")) {
            Files.copy(MODEL.resolve(name), bare.resolve(name));
        }
        Path inputs = folder.resolve("inputs.safetensors");
        TensorFile.write(inputs, Map.of("input_ids", Tensor.ofLongs(new long[] {1, 2, 3}, 1, 3)), Map.of());
        Path out = folder.resolve("traced.safetensors");
        Result result = new Launcher(folder.resolve("unused.db"))
                .run("vlm", "trace", "--model", bare, "--inputs", inputs, "--max-tokens", "2", "--out", out);
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(Checkpoint.openFile(out).names()).contains("input_ids", "logits", "tokens");
    }

    @Test
    void serve_answersAndStops() throws Exception {
        Process server = new Launcher(folder.resolve("unused.db"))
                .start("serve", "--model", "tiny=" + MODEL, "--port", 0, "--store", store());
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            assertThat(line).startsWith("serving on http://127.0.0.1:");
            URI uri = URI.create(line.replaceAll("serving on (\\S+) .*", "$1"));
            String picture = Base64.getEncoder().encodeToString(Files.readAllBytes(SQUARE));
            String body = "{\"model\":\"tiny\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":["
                    + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," + picture + "\"}},"
                    + "{\"type\":\"text\",\"text\":\"What?\"}]}]}";
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(uri.resolve("/v1/chat/completions"))
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).contains("\"choices\"").contains("\"hit\":false");
        } finally {
            server.toHandle().destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
