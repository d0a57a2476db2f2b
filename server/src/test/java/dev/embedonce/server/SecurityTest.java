package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.server.security.ApiKeys;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecurityTest {
    private static final String ALICE = "alice-key-0123456789";
    private static final String BOB = "bob-key-0123456789";
    private static final String ADMIN = "admin-key-0123456789";

    @TempDir
    private static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        Path keys = folder.resolve("keys.json");
        Files.writeString(keys, """
                {"keys": [
                  {"name": "alice", "key": "%s", "salt": "a"},
                  {"name": "bob", "key": "%s", "salt": "b"},
                  {"name": "root", "key": "%s", "salt": "r", "admin": true}]}
                """.formatted(ALICE, BOB, ADMIN));
        ApiKeys read = ApiKeys.read(keys);
        server = TestServer.start(options -> options.keys(read).origins(Set.of("https://chat.example.org")));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static int status(String path, String... headers) {
        HttpRequest.Builder request = server.request(path);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return server.send(request.build()).statusCode();
    }

    private static JsonNode ask(String key, String text, byte[] picture) {
        return server.ask(chat(text, picture), "Authorization", "Bearer " + key);
    }

    @Test
    void request_withoutKnownKey_isRefused() {
        HttpResponse<String> response =
                server.post("/v1/chat/completions", chat("Hi").toString());

        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(server.json(response).at("/error/code").textValue()).isEqualTo("invalid_api_key");
        assertThat(status("/v1/models")).isEqualTo(401);
        assertThat(status("/v1/models", "Authorization", "Bearer wrong")).isEqualTo(401);
        assertThat(status("/v1/models", "Authorization", "Basic @@@")).isEqualTo(401);
        assertThat(status("/v1/models", "x-api-key", ALICE)).isEqualTo(200);
        assertThat(status("/health")).isEqualTo(200);
    }

    @Test
    void adminRoutes_needAnAdminKey() {
        for (String path : new String[] {"/", "/metrics", "/v1/cache/stats", "/page/recent", "/page/app.js"}) {
            assertThat(status(path)).as(path).isEqualTo(401);
            assertThat(status(path, "Authorization", "Bearer " + BOB)).as(path).isEqualTo(403);
            assertThat(status(path, "Authorization", "Bearer " + ADMIN))
                    .as(path)
                    .isEqualTo(200);
        }
        String basic = Base64.getEncoder().encodeToString(("any:" + ADMIN).getBytes(StandardCharsets.UTF_8));
        assertThat(status("/", "Authorization", "Basic " + basic)).isEqualTo(200);
        assertThat(server.send(server.request("/v1/cache")
                                .header("Authorization", "Bearer " + BOB)
                                .DELETE()
                                .build())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void tenants_neverMeetInTheCacheNorInKeptSequences() {
        byte[] picture = Pictures.png(7);

        JsonNode alice = ask(ALICE, "The very same question", picture);
        JsonNode bob = ask(BOB, "The very same question", picture);
        JsonNode again = ask(ALICE, "The very same question", picture);

        assertThat(alice.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(bob.at("/embedonce/images/0/source").textValue()).isEqualTo("encoded");
        assertThat(bob.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isZero();
        assertThat(again.at("/embedonce/images/0/source").textValue()).isEqualTo("memory");
        assertThat(again.at("/usage/prompt_tokens_details/cached_tokens").intValue())
                .isPositive();
        assertThat(TestServer.text(bob)).isEqualTo(TestServer.text(alice));
    }

    @Test
    void delete_hash_forgetsThePictureOfAllTenants() {
        byte[] picture = Pictures.png(8);
        String hash = ask(ALICE, "x", picture).at("/embedonce/images/0/sha256").textValue();
        ask(BOB, "x", picture);

        HttpResponse<String> deleted = server.send(server.request("/v1/cache/" + hash)
                .header("Authorization", "Bearer " + ADMIN)
                .DELETE()
                .build());

        assertThat(server.json(deleted).path("removed").intValue()).isEqualTo(2);
        assertThat(ask(ALICE, "x", picture).at("/embedonce/images/0/source").textValue())
                .isEqualTo("encoded");
    }

    @Test
    void host_ofAnotherName_isRefused() throws IOException {
        assertThat(raw("GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET /health HTTP/1.1\r\nHost: localhost:1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(raw("GET /health HTTP/1.1\r\nHost: [::1]:1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void origin_ofAnotherSite_isRefusedUnlessAllowed() {
        String own = "http://127.0.0.1:" + server.server().port();
        assertThat(status("/health", "Origin", "https://evil.example")).isEqualTo(403);
        assertThat(status("/health", "Origin", "null")).isEqualTo(403);
        assertThat(status("/health", "Origin", "http://127.0.0.1:1")).isEqualTo(403);
        assertThat(status("/health", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"))
                .isEqualTo(403);
        assertThat(status("/health", "Origin", own)).isEqualTo(200);
        assertThat(status("/health", "Origin", "https://chat.example.org")).isEqualTo(200);
        HttpResponse<String> preflight = server.send(server.request("/v1/chat/completions")
                .header("Origin", "https://chat.example.org")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .hasValue("https://chat.example.org");
    }

    @Test
    void read_badKeyFiles_areRefusedWithoutShowingKeys() throws IOException {
        for (String bad : new String[] {
            "nonsense-secret",
            "{}",
            "{\"keys\": []}",
            "{\"keys\": [{\"name\": \"a\", \"key\": \"short-secret\", \"salt\": \"s\"}]}",
            "{\"keys\": [{\"name\": \"a\", \"key\": \"long-enough-secret-key\"}]}",
            "{\"keys\": [{\"name\": \"a\", \"key\": \"long-enough-secret-key\", \"salt\": \"s\", \"role\": 1}]}"
        }) {
            Path file = Files.writeString(folder.resolve("bad.json"), bad);
            assertThatThrownBy(() -> ApiKeys.read(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
    }
}
