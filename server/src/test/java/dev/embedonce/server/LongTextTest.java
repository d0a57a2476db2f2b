package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Texts that no context holds are refused by their length in characters, before tokens are made of them. */
class LongTextTest {
    private static final String LONG = "a".repeat(4_000_000);

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode refused(String path, ObjectNode request) {
        HttpResponse<String> response = server.post(path, request.toString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        return server.json(response).path("error");
    }

    private static void assertBounded(JsonNode error) {
        assertThat(error.path("message").textValue()).contains("characters");
        assertThat(error.path("code").textValue()).isEqualTo("context_length_exceeded");
    }

    @Test
    void openAiChat_isRefusedByCharacters() {
        assertBounded(refused("/v1/chat/completions", chat(LONG)));
    }

    @Test
    void anthropicMessage_isRefusedByCharacters() {
        ObjectNode request =
                JSON.createObjectNode().put("model", TestServer.MODEL).put("max_tokens", 1);
        request.putArray("messages").addObject().put("role", "user").put("content", LONG);

        assertThat(refused("/v1/messages", request).path("message").textValue()).contains("characters");
    }

    @Test
    void tools_areBoundedLikeTheRestOfThePrompt() {
        ObjectNode request = chat("Hi");
        ObjectNode function =
                request.putArray("tools").addObject().put("type", "function").putObject("function");
        function.put("name", "look").put("description", LONG);

        assertBounded(refused("/v1/chat/completions", request));
    }

    @Test
    void embedding_isRefusedByCharacters() {
        assertBounded(refused(
                "/v1/embeddings",
                JSON.createObjectNode().put("model", TestServer.CLIP).put("input", LONG)));
    }

    /** Short enough in characters, too long in tokens: that is found out as before, and says so in the same code. */
    @Test
    void promptWithTooManyTokens_isRefusedByTokens() {
        long most = server.server().engine(TestServer.MODEL).mostCharacters();
        JsonNode error = refused("/v1/chat/completions", chat("a ".repeat((int) (most / 2) - 200)));

        assertThat(error.path("message").textValue()).contains("tokens");
        assertThat(error.path("code").textValue()).isEqualTo("context_length_exceeded");
    }
}
