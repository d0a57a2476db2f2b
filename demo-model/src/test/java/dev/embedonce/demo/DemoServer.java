package dev.embedonce.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.server.EmbedOnceServer;
import dev.embedonce.server.ServerOptions;
import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.store.Stores;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** The demo model behind a server on loopback that keeps features in a folder, and a client for it. */
final class DemoServer implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final FeatureCache cache;
    private final VisionLanguageModel model;
    private final EmbedOnceServer server;

    DemoServer(Path folder, ApiKeys keys) {
        cache = FeatureCache.over(Stores.open("files:" + folder.resolve("features")))
                .build();
        model = VisionLanguageModel.load(
                DemoModel.unpack(folder),
                ModelOptions.builder().cacheFolder(folder).threads(1).build());
        server = EmbedOnceServer.start(ServerOptions.over(cache)
                .port(0)
                .grace(Duration.ofSeconds(5))
                .keys(keys)
                .chatModel(DemoModel.NAME, model)
                .build());
    }

    /** How many pictures the tower has seen. */
    long encoded() {
        return cache.stats().encoded();
    }

    /** The answer of {@code POST /v1/chat/completions}, as text. */
    String post(ObjectNode request, String key) {
        HttpRequest sent = HttpRequest.newBuilder(server.uri().resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                .build();
        try {
            HttpResponse<String> response = CLIENT.send(sent, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.statusCode() + " " + response.body());
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode ask(ObjectNode request, String key) {
        return json(post(request, key));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    static String text(JsonNode answer) {
        return answer.at("/choices/0/message/content").textValue();
    }

    /** Where the answer's picture {@code i} came from. */
    static String source(JsonNode answer, int i) {
        return answer.at("/embedonce/images/" + i + "/source").textValue();
    }

    /** A greedy request without messages. */
    static ObjectNode request() {
        ObjectNode request = JSON.createObjectNode()
                .put("model", DemoModel.NAME)
                .put("max_tokens", 30)
                .put("temperature", 0);
        request.putArray("messages");
        return request;
    }

    /** The request with one more user message: pictures, then text. */
    static ObjectNode user(ObjectNode request, String text, byte[]... pictures) {
        ArrayNode content = ((ArrayNode) request.get("messages"))
                .addObject()
                .put("role", "user")
                .putArray("content");
        for (byte[] picture : pictures) {
            content.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", "data:image/png;base64," + Base64.getEncoder().encodeToString(picture));
        }
        content.addObject().put("type", "text").put("text", text);
        return request;
    }

    /** The request with what the model said. */
    static ObjectNode assistant(ObjectNode request, String text) {
        ((ArrayNode) request.get("messages"))
                .addObject()
                .put("role", "assistant")
                .put("content", text);
        return request;
    }

    @Override
    public void close() {
        server.close();
        model.close();
        cache.close();
    }
}
