package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.security.Limits;
import dev.embedonce.store.Stores;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A picture that is known is never opened, not even its header: one that today's limit would refuse is served as long
 * as its features are kept, while a new one of that size is refused.
 */
class KnownPicturesTest {
    private static final byte[] KNOWN = Pictures.png(1);
    private static final byte[] NEW = Pictures.png(2);

    @TempDir
    private Path folder;

    private TestServer open(long mostPixels) {
        return TestServer.start(
                Stores.open("files:" + folder),
                options -> options.limits(Limits.DEFAULT.withImages(8, 1 << 20, mostPixels)));
    }

    private static ObjectNode embedding(byte[] picture) {
        return JSON.createObjectNode().put("model", TestServer.CLIP).put("input", Pictures.dataUri(picture));
    }

    @Test
    void knownPicture_isNotOpened() {
        try (TestServer server = open(48 * 48)) {
            server.ask(chat("What?", KNOWN));
            assertThat(server.post("/v1/embeddings", embedding(KNOWN).toString())
                            .statusCode())
                    .isEqualTo(200);
        }
        try (TestServer server = open(48 * 48 - 1)) {
            assertThat(server.ask(chat("And now?", KNOWN))
                            .at("/embedonce/images/0/source")
                            .textValue())
                    .isEqualTo("store");
            assertThat(server.post("/v1/embeddings", embedding(KNOWN).toString())
                            .statusCode())
                    .isEqualTo(200);

            assertRefused(
                    server,
                    server.post(
                            "/v1/chat/completions", chat("What?", KNOWN, NEW).toString()),
                    "messages[0].content[1]");
            assertRefused(server, server.post("/v1/embeddings", embedding(NEW).toString()), "input");
        }
    }

    private static void assertRefused(TestServer server, HttpResponse<String> response, String where) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(server.json(response).at("/error/param").textValue()).startsWith(where);
        assertThat(server.json(response).at("/error/code").textValue()).isEqualTo("invalid_image");
    }
}
