package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ObjectNode request(String text, byte[] picture) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", TestServer.MODEL)
                .put("max_tokens", 8)
                .put("temperature", 0)
                .put("system", "Be brief.");
        var content =
                request.putArray("messages").addObject().put("role", "user").putArray("content");
        content.addObject()
                .put("type", "image")
                .putObject("source")
                .put("type", "base64")
                .put("media_type", "image/png")
                .put("data", Base64.getEncoder().encodeToString(picture));
        content.addObject().put("type", "text").put("text", text);
        return request;
    }

    @Test
    void post_imageTwice_isAHitAndItsTokensAreNotReadAgain() {
        ObjectNode request = request("What?", Pictures.png(1));

        JsonNode first = server.json(server.post("/v1/messages", request.toString(), "x-api-key", "any"));
        JsonNode again = server.json(server.post("/v1/messages", request.toString()));

        assertThat(first.path("type").textValue()).isEqualTo("message");
        assertThat(first.path("stop_reason").textValue()).isIn("max_tokens", "end_turn");
        assertThat(first.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(again.at("/embedonce/images/0/hit").booleanValue()).isTrue();
        assertThat(again.at("/usage/input_tokens").intValue()).isEqualTo(1);
        assertThat(again.at("/usage/cache_read_input_tokens").intValue())
                .isEqualTo(first.at("/usage/input_tokens").intValue()
                        + first.at("/usage/cache_read_input_tokens").intValue()
                        - 1);
        assertThat(again.at("/content/0/text")).isEqualTo(first.at("/content/0/text"));
    }

    @Test
    void post_stream_hasAnthropicsEventsInOrder() throws Exception {
        ObjectNode request = request("Go on", Pictures.png(2));
        JsonNode whole = server.json(server.post("/v1/messages", request.toString()));

        HttpResponse<String> response =
                server.post("/v1/messages", request.put("stream", true).toString());

        List<String> names = response.body()
                .lines()
                .filter(line -> line.startsWith("event: "))
                .map(line -> line.substring(7))
                .distinct()
                .toList();
        assertThat(names)
                .containsExactly(
                        "message_start",
                        "content_block_start",
                        "content_block_delta",
                        "content_block_stop",
                        "message_delta",
                        "message_stop");
        StringBuilder text = new StringBuilder();
        for (String data : TestServer.data(response.body())) {
            text.append(JSON.readTree(data).at("/delta/text").asText(""));
        }
        assertThat(text.toString()).isEqualTo(whole.at("/content/0/text").textValue());
    }

    @Test
    void post_stopSequence_isNamed() {
        ObjectNode request = request("Stop", Pictures.png(3));
        String whole = server.json(server.post("/v1/messages", request.toString()))
                .at("/content/0/text")
                .textValue();
        String stop = whole.substring(1, 2);
        request.putArray("stop_sequences").add("never so").add(stop);

        JsonNode answer = server.json(server.post("/v1/messages", request.toString()));

        assertThat(answer.path("stop_reason").textValue()).isEqualTo("stop_sequence");
        assertThat(answer.path("stop_sequence").textValue()).isEqualTo(stop);
    }

    @Test
    void post_wrong_hasAnthropicsErrorShape() {
        HttpResponse<String> response = server.post("/v1/messages", "{\"model\":\"x\",\"messages\":[]}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(server.json(response).path("type").textValue()).isEqualTo("error");
        assertThat(server.json(response).at("/error/type").textValue()).isEqualTo("invalid_request_error");
        assertThat(server.send(server.request("/v1/messages").DELETE().build()).statusCode())
                .isEqualTo(405);
    }
}
