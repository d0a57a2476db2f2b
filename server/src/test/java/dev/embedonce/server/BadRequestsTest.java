package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.image.encode.PngWriter;
import dev.embedonce.server.security.Limits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in, the answer is a clear 4xx. */
class BadRequestsTest {
    private static final int MUTATIONS = Integer.getInteger("embedonce.fuzz.requests", 10_000);
    private static final String CHAT = "/v1/chat/completions";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start(options -> options.limits(Limits.DEFAULT.withBodyBytes(4 << 20)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode refused(String body) {
        HttpResponse<String> response = server.post(CHAT, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = server.json(response).path("error");
        assertThat(error.path("message").textValue())
                .isNotBlank()
                .doesNotContain(TestServer.resource("models").toString(), "Exception", "\n");
        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        return error;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "[]",
                "{",
                "{}",
                "{\"model\":\"tiny-vl\"}",
                "{\"model\":\"tiny-vl\",\"messages\":[]}",
                "{\"model\":\"tiny-vl\",\"messages\":[{}]}",
                "{\"model\":\"tiny-vl\",\"messages\":[7]}",
                "{\"model\":\"tiny-vl\",\"messages\":\"hi\"}",
                "{\"model\":7,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"tiny-vl\",\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]} more",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"king\",\"content\":\"hi\"}]}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"wish\":1}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":0}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"n\":1e9}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"temperature\":1e999}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":-1}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stop\":\"\"}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"tools\":[{}]}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],"
                        + "\"response_format\":{\"type\":\"json_object\"}}",
                "{\"model\":\"tiny-vl\",\"messages\":[{\"role\":\"user\",\"content\":\"<|image_pad|>\"}]}"
            })
    void post_malformed_isRefused(String body) {
        refused(body);
    }

    @Test
    void post_badPictures_areRefusedByName() throws IOException {
        byte[] good = Pictures.png(1, 200, 200);
        assertThat(refused(withUrl("data:image/png;base64,@@@@")).path("code").textValue())
                .isEqualTo("invalid_base64");
        assertThat(refused(withUrl("data:image/png;base64,")).path("param").textValue())
                .isEqualTo("messages[0].content[0].image_url.url");
        assertThat(refused(withUrl("data:text/html,hello")).path("code").textValue())
                .isEqualTo("invalid_image_url");
        assertThat(refused(withUrl("ftp://example.org/x.png")).path("code").textValue())
                .isEqualTo("invalid_image_url");
        assertThat(refused(withUrl("http://exa mple/")).path("code").textValue())
                .isEqualTo("invalid_image_url");
        refused(chat("?", Arrays.copyOf(good, good.length / 2)).toString());
        refused(chat("?", "no picture".getBytes(StandardCharsets.UTF_8)).toString());
        assertThat(refused(chat("?", hugePng(10_000, 10_000)).toString())
                        .path("message")
                        .textValue())
                .contains("100 megapixels");
    }

    private static String withUrl(String url) {
        ObjectNode request = chat("?", Pictures.png(1));
        ((ObjectNode) request.at("/messages/0/content/0/image_url")).put("url", url);
        return request.toString();
    }

    /** A PNG whose header says that it is huge. */
    private static byte[] hugePng(int width, int height) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(PngWriter.start(width, height, PngWriter.Colour.RGB));
        png.writeBytes(PngWriter.chunk("IDAT", new byte[] {0x78, (byte) 0x9C, 3, 0, 0, 0, 0, 1}));
        png.writeBytes(PngWriter.chunk("IEND", new byte[0]));
        return png.toByteArray();
    }

    @Test
    void post_tenThousandImages_areRefused() {
        ObjectNode request = chat("?");
        var content = request.withArray("/messages/0/content");
        String tiny = Pictures.dataUri(Pictures.png(1, 8, 8));
        for (int i = 0; i < 10_000; i++) {
            content.addObject().put("type", "image_url").putObject("image_url").put("url", tiny);
        }

        assertThat(server.post(CHAT, request.toString()).statusCode()).isIn(400, 413);
    }

    @Test
    void post_tooLarge_isRefusedEvenIfItsLengthIsNotSaid() {
        byte[] body = new byte[5 << 20];

        HttpResponse<String> response = server.send(server.request(CHAT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(server.json(response).at("/error/type").textValue()).isEqualTo("request_too_large");
    }

    @Test
    void post_deepOrManyTokens_isRefused() {
        refused("{\"a\":" + "[".repeat(100_000));
        refused("{\"a\":[" + "[],".repeat(1_000_000) + "1]}");
    }

    @Test
    void request_otherPathsAndTypes_areRefused() {
        assertThat(server.get("/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(server.get("/page/../../etc/passwd").statusCode()).isIn(400, 404);
        assertThat(server.get("/page/%2e%2e/%2e%2e/etc/passwd").statusCode()).isIn(400, 404);
        assertThat(server.get(CHAT).statusCode()).isEqualTo(405);
        assertThat(server.send(server.request(CHAT)
                                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                .build())
                        .statusCode())
                .isEqualTo(415);
        assertThat(server.get("/v1/models/none").statusCode()).isEqualTo(404);
        assertThat(server.json(server.get("/v1/models/organisation/none"))
                        .at("/error/code")
                        .textValue())
                .isEqualTo("model_not_found");
        assertThat(server.json(server.get("/v1/models/organisation%2Fnone"))
                        .at("/error/code")
                        .textValue())
                .isEqualTo("model_not_found");
        assertThat(server.get("/v1/models/%25zz").statusCode()).isIn(400, 404);
        HttpResponse<String> head = server.send(server.request("/health")
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void request_thatIsNoHttp_isRefused() throws IOException {
        for (String raw : List.of(
                "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "y".repeat(40_000) + "\r\n\r\n")) {
            try (Socket socket =
                    new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
                socket.getOutputStream().write(raw.getBytes(StandardCharsets.US_ASCII));
                String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertThat(answer).startsWith("HTTP/1.1 4");
            }
        }
    }

    @Test
    void post_mutatedRequests_areNeverAnsweredWithAServerError() {
        List<byte[]> seeds = new ArrayList<>();
        ObjectNode chat = chat("Hello there", Pictures.png(5, 16, 16)).put("max_tokens", 1);
        seeds.add(chat.toString().getBytes(StandardCharsets.UTF_8));
        ObjectNode rich = chat("Hi")
                .put("max_tokens", 2)
                .put("n", 2)
                .put("logprobs", true)
                .put("seed", 3);
        rich.put("top_p", 0.5)
                .put("stream", true)
                .put("frequency_penalty", 0.5)
                .putArray("stop")
                .add("x");
        seeds.add(rich.toString().getBytes(StandardCharsets.UTF_8));
        ObjectNode embed = JSON.createObjectNode().put("model", TestServer.CLIP).put("encoding_format", "base64");
        embed.putArray("input").add("text").addObject().put("image", Pictures.dataUri(Pictures.png(6, 16, 16)));
        seeds.add(embed.toString().getBytes(StandardCharsets.UTF_8));
        ObjectNode messages =
                JSON.createObjectNode().put("model", TestServer.MODEL).put("max_tokens", 1);
        messages.putArray("messages").addObject().put("role", "user").put("content", "Hi");
        seeds.add(messages.toString().getBytes(StandardCharsets.UTF_8));
        String[] paths = {CHAT, CHAT, "/v1/embeddings", "/v1/messages"};
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        var pool = Executors.newFixedThreadPool(8);
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < MUTATIONS; i++) {
            int seed = i;
            all.add(CompletableFuture.runAsync(
                    () -> {
                        int which = seed % seeds.size();
                        byte[] body = Mutations.of(seeds.get(which), new Random(seed));
                        HttpResponse<String> response = server.send(server.request(paths[which])
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build());
                        if (response.statusCode() >= 500 || response.statusCode() < 200) {
                            wrong.add("seed " + seed + ": " + response.statusCode() + " " + response.body());
                        }
                    },
                    pool));
        }
        all.forEach(CompletableFuture::join);
        pool.shutdown();

        assertThat(wrong).isEmpty();
    }
}
