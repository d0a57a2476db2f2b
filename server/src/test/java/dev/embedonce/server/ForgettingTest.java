package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Invalidation;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.memory.MemoryStore;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** After a deletion the server serves nothing that came from the picture. */
@Timeout(120)
class ForgettingTest {
    private static String source(JsonNode answer) {
        return answer.at("/embedonce/images/0/source").textValue();
    }

    private static int cachedTokens(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").intValue();
    }

    private static JsonNode delete(TestServer server, String path) {
        HttpResponse<String> response =
                server.send(server.request(path).DELETE().build());
        assertThat(response.statusCode()).isEqualTo(200);
        return server.json(response);
    }

    @Test
    void delete_ofOnePicture_reachesTwinsKeptSequencesAndThumbnails() {
        byte[] picture = Pictures.png(1);
        byte[] twin = Pictures.rewrapped(picture);
        try (TestServer server = TestServer.start(options -> options.thumbnails(true))) {
            JsonNode first = server.ask(chat("What is it?", picture));
            assertThat(source(server.ask(chat("What is it?", twin)))).isEqualTo("pixels");
            assertThat(cachedTokens(server.ask(chat("What is it?", picture)))).isPositive();

            String hash = first.at("/embedonce/images/0/sha256").textValue();
            assertThat(delete(server, "/v1/cache/" + hash).path("removed").intValue())
                    .isEqualTo(1);

            assertThat(server.cache().heapStats().entries()).isZero();
            assertThat(server.json(server.get("/page/recent")).path("images")).isEmpty();
            JsonNode again = server.ask(chat("What is it?", twin));
            assertThat(source(again)).isEqualTo("encoded");
            assertThat(cachedTokens(again)).isZero();
            assertThat(TestServer.text(again)).isEqualTo(TestServer.text(first));
            assertThat(cachedTokens(server.ask(chat("What is it?", twin)))).isPositive();
        }
    }

    @Test
    void deletionByAnotherProcess_isFollowedByAnswersKeptSequencesAndThumbnails() throws Exception {
        CacheStore store = new MemoryStore();
        byte[] picture = Pictures.png(2);
        FeatureCache cache =
                FeatureCache.over(store).followDeletions(Duration.ZERO).build();
        try (TestServer server = TestServer.start(cache, options -> options.thumbnails(true))) {
            server.ask(chat("What is it?", picture));
            assertThat(cachedTokens(server.ask(chat("What is it?", picture)))).isPositive();

            new Invalidation(store).run(Selection.ALL, CareProgress.NONE);

            JsonNode again = server.ask(chat("What is it?", picture));
            assertThat(source(again)).isEqualTo("encoded");
            assertThat(cachedTokens(again)).isZero();

            new Invalidation(store).run(Selection.ALL, CareProgress.NONE);
            while (!server.json(server.get("/page/recent")).path("images").isEmpty()) {
                Thread.sleep(20); // the server looks by itself
            }
        }
    }
}
