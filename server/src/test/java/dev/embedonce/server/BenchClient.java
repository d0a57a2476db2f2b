package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Measures any server that speaks OpenAI's chat completions; every request is bounded in time. */
final class BenchClient {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI chat;
    private final String model;

    /**
     * A client.
     *
     * @param model what the server calls it
     */
    BenchClient(URI server, String model) {
        this.chat = server.resolve("/v1/chat/completions");
        this.model = model;
    }

    private InputStream send(ObjectNode request) {
        String body = request.deepCopy().put("model", model).toString();
        try {
            var response = http.send(
                    HttpRequest.newBuilder(chat)
                            .timeout(LONGEST)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(response.statusCode() + " "
                        + new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Milliseconds from sending a request to the first text of its answer, or to its end if it has no text. */
    double firstTokenMillis(ObjectNode request) throws IOException {
        ObjectNode streamed = request.deepCopy().put("stream", true).put("max_tokens", 1);
        long start = System.nanoTime();
        double millis = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(send(streamed), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (millis == 0 && line.startsWith("data: {") && hasToken(JSON.readTree(line.substring(6)))) {
                    millis = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        if (millis == 0) {
            throw new IllegalStateException("a stream without any token");
        }
        return millis;
    }

    private static boolean hasToken(JsonNode chunk) {
        JsonNode choice = chunk.path("choices").path(0);
        return !choice.at("/delta/content").asText("").isEmpty()
                || choice.path("finish_reason").isTextual();
    }

    /** The usage of one answer. */
    JsonNode usage(ObjectNode request) throws IOException {
        try (InputStream body = send(request)) {
            return JSON.readTree(body).path("usage");
        }
    }

    /** Tokens a second over all of some requests, sent at the same time. */
    double tokensEachSecond(List<ObjectNode> requests) {
        long start = System.nanoTime();
        List<CompletableFuture<Integer>> written = requests.stream()
                .map(request -> CompletableFuture.supplyAsync(
                        () -> completionTokens(request), task -> new Thread(task).start()))
                .toList();
        int tokens = written.stream().mapToInt(CompletableFuture::join).sum();
        return tokens / ((System.nanoTime() - start) / 1e9);
    }

    private int completionTokens(ObjectNode request) {
        try {
            return usage(request).path("completion_tokens").intValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
