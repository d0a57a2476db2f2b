package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import dev.embedonce.store.memory.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every metric is there, and moves with what it counts. */
class MetricsTest {
    @TempDir
    private Path folder;

    @Test
    void metrics_afterColdKnownAndRewrappedPictures_haveMoved() {
        try (TestServer server = TestServer.start()) {
            byte[] picture = Pictures.png(1);
            server.ask(chat("What?", picture));
            server.ask(chat("And now?", picture));
            server.ask(chat("And this?", Pictures.rewrapped(picture)));

            assertThat(server.metric("embedonce_images_total", "source=\"encoded\""))
                    .isEqualTo(1);
            assertThat(server.metric("embedonce_images_total", "source=\"memory\""))
                    .isEqualTo(1);
            assertThat(server.metric("embedonce_images_total", "source=\"pixels\""))
                    .isEqualTo(1);
            assertThat(server.metric("embedonce_requests_total", "status=\"200\""))
                    .isGreaterThanOrEqualTo(3);
            for (String moved : List.of(
                    "embedonce_request_seconds_sum",
                    "embedonce_prompt_tokens_total",
                    "embedonce_prompt_tokens_read_total",
                    "embedonce_prompt_tokens_reused_total",
                    "embedonce_tokens_written_total",
                    "embedonce_time_to_first_token_seconds_count",
                    "embedonce_time_to_first_token_seconds_sum",
                    "embedonce_decode_step_seconds_count",
                    "embedonce_decode_batch_size_sum",
                    "embedonce_state_bytes",
                    "embedonce_encoder_seconds_total",
                    "embedonce_encoder_seconds_saved_total")) {
                assertThat(server.metric(moved, "")).as(moved).isPositive();
            }
            for (String tier : List.of("memory", "store")) {
                String label = "tier=\"" + tier + "\"";
                assertThat(server.metric("embedonce_cache_bytes", label))
                        .as(tier)
                        .isPositive();
                assertThat(server.metric("embedonce_cache_entries", label))
                        .as(tier)
                        .isPositive();
            }
            assertThat(server.get("/metrics").body())
                    .contains("\nembedonce_queue{", "\nembedonce_image_queue{", "\nembedonce_active{");
        }
    }

    @Test
    void evictions_withLittleMemory_areCounted() {
        FeatureCache small =
                FeatureCache.over(new MemoryStore()).heapBytes(20_000).build();
        try (TestServer server = TestServer.start(small, options -> options)) {
            for (int i = 0; i < 12; i++) {
                server.ask(chat("What?", Pictures.png(100 + i)));
            }
            assertThat(server.metric("embedonce_cache_evictions_total", "tier=\"memory\""))
                    .isPositive();
            assertThat(server.metric("embedonce_cache_bytes", "tier=\"memory\""))
                    .isLessThanOrEqualTo(20_000);
            JsonNode memory = server.json(server.get("/v1/cache/stats")).path("memory");
            assertThat(memory.path("evictions").longValue()).isPositive();
            assertThat(memory.path("most_bytes").longValue()).isEqualTo(20_000);
        }
    }

    @Test
    void corruptEntry_isCountedAndHealed() throws IOException {
        byte[] picture = Pictures.png(7);
        String url = "files:" + folder.resolve("store");
        try (TestServer server = TestServer.start(Stores.open(url), options -> options)) {
            server.ask(chat("What?", picture));
        }
        damageAll(folder.resolve("store"));
        try (TestServer server = TestServer.start(Stores.open(url), options -> options)) {
            JsonNode answer = server.ask(chat("What?", picture));

            assertThat(answer.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
            assertThat(server.metric("embedonce_corrupt_entries_total", "")).isPositive();
            assertThat(server.metric("embedonce_healed_entries_total", "")).isPositive();
            assertThat(server.json(server.get("/v1/cache/stats"))
                            .path("corrupt")
                            .longValue())
                    .isPositive();
        }
    }

    private static void damageAll(Path store) throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > 0) {
                    bytes[bytes.length - 1] ^= 1;
                    Files.write(file, bytes);
                }
            }
        }
    }
}
