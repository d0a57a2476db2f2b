package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.store.Stores;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten turns about three pictures. */
class ConversationTest {
    private static final int TURNS = 10;

    @TempDir
    private Path folder;

    private final ObjectNode request = JSON.createObjectNode()
            .put("model", TestServer.MODEL)
            .put("max_tokens", 6)
            .put("temperature", 0);
    private final ArrayNode messages = request.putArray("messages");

    /** The next turn, with another picture in turns 0, 3 and 6. */
    private JsonNode turn(TestServer server, int turn) {
        ArrayNode content = messages.addObject().put("role", "user").putArray("content");
        if (turn % 3 == 0 && turn < 9) {
            content.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", Pictures.dataUri(Pictures.png(turn, 160, 120)));
        }
        content.addObject().put("type", "text").put("text", "Question " + turn);
        JsonNode answer = server.ask(request);
        messages.addObject().put("role", "assistant").put("content", TestServer.text(answer));
        return answer;
    }

    private TestServer open() {
        return TestServer.start(Stores.open("files:" + folder), options -> options);
    }

    @Test
    void chat_overTenTurns_encodesEachPictureOnceAndReadsNewTokensOnly() {
        try (TestServer server = open()) {
            int before = 0;
            for (int turn = 0; turn < TURNS; turn++) {
                JsonNode answer = turn(server, turn);
                int prompt = answer.at("/usage/prompt_tokens").intValue();
                int reused =
                        answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
                // the random model's text does not make the same tokens again; all before its last answer is reused
                assertThat(reused)
                        .as("turn " + turn)
                        .isGreaterThanOrEqualTo(before)
                        .isLessThan(prompt);
                before = prompt - 8;
            }
            assertThat(server.cache().stats().encoded()).isEqualTo(3);
            assertThat(server.cache().stats().images()).isEqualTo(3 + 3 * 2 + 4 * 3);
        }
    }

    @Test
    void chat_withARestartInTheMiddle_encodesEachPictureOnceAndSaysTheSame() {
        StringBuilder whole = new StringBuilder();
        try (TestServer server = TestServer.start()) {
            for (int turn = 0; turn < TURNS; turn++) {
                whole.append(TestServer.text(turn(server, turn))).append('\n');
            }
        }
        messages.removeAll();
        StringBuilder broken = new StringBuilder();
        long encoded;
        try (TestServer server = open()) {
            for (int turn = 0; turn < 5; turn++) {
                broken.append(TestServer.text(turn(server, turn))).append('\n');
            }
            encoded = server.cache().stats().encoded();
        }
        try (TestServer server = open()) {
            for (int turn = 5; turn < TURNS; turn++) {
                broken.append(TestServer.text(turn(server, turn))).append('\n');
            }
            assertThat(encoded + server.cache().stats().encoded()).isEqualTo(3);
            assertThat(server.cache().stats().storeHits()).isPositive();
        }
        assertThat(broken.toString()).isEqualTo(whole.toString());
    }
}
