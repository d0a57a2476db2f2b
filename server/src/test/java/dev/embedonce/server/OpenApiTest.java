package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The OpenAPI document says what the server does: the same routes, and schemas that real requests and responses have.
 */
class OpenApiTest {
    private static TestServer server;
    private static JsonNode document;

    @BeforeAll
    static void start() {
        server = TestServer.start(options -> options.thumbnails(true));
        document = server.json(server.get("/openapi.json"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void requireFits(JsonNode value, String schema) {
        assertThat(new SchemaCheck(document).problems(value, schema))
                .as(value.toString())
                .isEmpty();
    }

    @Test
    void document_hasExactlyTheRoutes() {
        List<String> documented = new ArrayList<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(server.server().routeNames());
    }

    @Test
    void chat_fits() throws Exception {
        ObjectNode request = chat("Hi", Pictures.png(1)).put("logprobs", true).put("top_logprobs", 1);
        requireFits(request, "ChatCompletionRequest");
        requireFits(server.ask(request), "ChatCompletion");
        requireFits(server.ask(chat("Hi")), "ChatCompletion");
        request.put("stream", true).putObject("stream_options").put("include_usage", true);
        List<String> data = TestServer.data(
                server.post("/v1/chat/completions", request.toString()).body());
        for (String chunk : data.subList(0, data.size() - 1)) {
            requireFits(JSON.readTree(chunk), "ChatCompletionChunk");
        }
    }

    @Test
    void messagesAndEmbeddings_fit() {
        ObjectNode message =
                JSON.createObjectNode().put("model", TestServer.MODEL).put("max_tokens", 3);
        message.putArray("messages").addObject().put("role", "user").put("content", "Hi");
        requireFits(message, "MessagesRequest");
        requireFits(server.json(server.post("/v1/messages", message.toString())), "Message");
        ObjectNode embed = JSON.createObjectNode().put("model", TestServer.CLIP);
        embed.putArray("input").add("Hi").addObject().put("image", Pictures.dataUri(Pictures.png(2)));
        requireFits(embed, "EmbeddingsRequest");
        requireFits(server.json(server.post("/v1/embeddings", embed.toString())), "Embeddings");
        embed.put("encoding_format", "base64");
        requireFits(server.json(server.post("/v1/embeddings", embed.toString())), "Embeddings");
    }

    @Test
    void others_fit() {
        server.ask(chat("Hi", Pictures.png(3)));
        requireFits(server.json(server.get("/health")), "Status");
        requireFits(server.json(server.get("/ready")), "Status");
        requireFits(server.json(server.get("/v1/models")), "Models");
        requireFits(server.json(server.get("/v1/models/" + TestServer.MODEL)), "Model");
        requireFits(server.json(server.get("/v1/cache/stats")), "CacheStats");
        requireFits(server.json(server.get("/page/recent")), "RecentImages");
        HttpResponse<String> deleted =
                server.send(server.request("/v1/cache").DELETE().build());
        requireFits(server.json(deleted), "Deleted");
        requireFits(server.json(server.get("/nothing")), "Error");
        requireFits(server.json(server.post("/v1/messages", "{}")), "AnthropicError");
    }

    @Test
    void check_ofWrongValues_findsProblems() throws Exception {
        SchemaCheck check = new SchemaCheck(document);
        assertThat(check.problems(JSON.readTree("{\"status\": \"ok\"}"), "Status"))
                .isEmpty();
        assertThat(check.problems(JSON.readTree("{\"status\": 1}"), "Status")).isNotEmpty();
        assertThat(check.problems(JSON.readTree("{}"), "Status")).isNotEmpty();
        assertThat(check.problems(JSON.readTree("{\"status\": \"ok\", \"more\": 1}"), "Status"))
                .isNotEmpty();
    }

    @Test
    void delete_all_forgetsPicturesAndSequences() {
        ObjectNode request = chat("Forget", Pictures.png(4));
        server.ask(request);
        assertThat(server.ask(request).at("/embedonce/images/0/source").textValue())
                .isEqualTo("memory");

        server.send(server.request("/v1/cache").DELETE().build());
        JsonNode after = server.ask(request);

        assertThat(after.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(after.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isZero();
        assertThat(server.send(server.request("/v1/cache/abc").DELETE().build()).statusCode())
                .isEqualTo(400);
    }
}
