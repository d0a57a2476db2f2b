package dev.embedonce.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.server.chat.ChatModel;
import java.net.http.HttpResponse;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Both lanes of a model are part of the server's health. */
class HealthTest {
    private static void assertAnswer(TestServer server, String path, int status, String word) {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(server.json(response).path("status").textValue()).isEqualTo(word);
    }

    private static void assertSeen(Consumer<ChatModel> death) {
        try (TestServer server = TestServer.start()) {
            assertAnswer(server, "/health", 200, "ok");
            assertAnswer(server, "/ready", 200, "ready");

            death.accept(server.server().chatModel(TestServer.MODEL));

            assertAnswer(server, "/health", 503, "failing");
            assertAnswer(server, "/ready", 503, "failing");
        }
    }

    @Test
    void deadVisionLane_isSeen() {
        assertSeen(model -> model.lane().close());
    }

    @Test
    void deadDecodeEngine_isSeen() {
        assertSeen(model -> model.engine().close());
    }
}
