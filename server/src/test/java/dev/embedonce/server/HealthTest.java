package dev.embedonce.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** A model's engine is part of the server's health. */
class HealthTest {
    private static void assertAnswer(TestServer server, String path, int status, String word) {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(server.json(response).path("status").textValue()).isEqualTo(word);
    }

    @Test
    void deadEngine_isSeen() {
        try (TestServer server = TestServer.start()) {
            assertAnswer(server, "/health", 200, "ok");
            assertAnswer(server, "/ready", 200, "ready");

            server.server().engine(TestServer.MODEL).close();

            assertAnswer(server, "/health", 503, "failing");
            assertAnswer(server, "/ready", 503, "failing");
        }
    }
}
