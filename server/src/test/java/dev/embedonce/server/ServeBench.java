package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Time to the first token of a cold, a repeated and no picture, and tokens a second of 1, 4 and 8 answers at once, interleaved in one
 * run. {@code -Dembedonce.test.model=DIR} takes another model than the tiny one. Prints ratios; run it from the test class path.
 */
public final class ServeBench {
    private static final int ROUNDS = 15;
    private static final int TOKENS = 64;
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger SEED = new AtomicInteger(1000);

    private ServeBench() {}

    /** Runs all of it. */
    public static void main(String[] arguments) throws Exception {
        try (TestServer server = TestServer.start()) {
            byte[] known = Pictures.png(1, 512, 512);
            firstToken(server, chat("Warm up", known));
            List<Double> cold = new ArrayList<>();
            List<Double> repeated = new ArrayList<>();
            List<Double> none = new ArrayList<>();
            List<List<Double>> rates = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int round = 0; round < ROUNDS; round++) {
                String text = " round " + round + " and a few words more";
                cold.add(firstToken(server, chat("c" + text, Pictures.png(SEED.incrementAndGet(), 512, 512))));
                repeated.add(firstToken(server, chat("r" + text, known)));
                none.add(firstToken(server, chat("n" + text)));
                for (int i = 0; i < 3; i++) {
                    rates.get(i).add(tokensEachSecond(server, new int[] {1, 4, 8}[i], round));
                }
            }
            System.out.printf(
                    "first token, median of %d: cold %.1f ms, repeated %.1f ms (cold / repeated %.2f), no picture %.1f ms%n",
                    ROUNDS, median(cold), median(repeated), median(cold) / median(repeated), median(none));
            double one = median(rates.get(0));
            System.out.printf(
                    "tokens a second: 1 answer %.1f, 4 answers %.1f (%.2f x), 8 answers %.1f (%.2f x)%n",
                    one,
                    median(rates.get(1)),
                    median(rates.get(1)) / one,
                    median(rates.get(2)),
                    median(rates.get(2)) / one);
        }
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double firstToken(TestServer server, ObjectNode request) throws Exception {
        request.put("stream", true).put("logprobs", true).put("max_tokens", 1);
        long start = System.nanoTime();
        var response = HTTP.send(
                HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            double millis = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (millis == 0 && line.contains("\"delta\":{\"content\"")) {
                    millis = (System.nanoTime() - start) / 1e6;
                }
            }
            return millis;
        }
    }

    private static double tokensEachSecond(TestServer server, int answers, int round) {
        ObjectNode[] requests = new ObjectNode[answers];
        Arrays.setAll(requests, i -> chat("Write " + i + " of " + round).put("max_tokens", TOKENS));
        long start = System.nanoTime();
        List<CompletableFuture<Integer>> written = new ArrayList<>();
        for (ObjectNode request : requests) {
            written.add(CompletableFuture.supplyAsync(
                    () -> server.ask(request).at("/usage/completion_tokens").intValue(),
                    task -> new Thread(task).start()));
        }
        int tokens = written.stream().mapToInt(CompletableFuture::join).sum();
        return tokens / ((System.nanoTime() - start) / 1e9);
    }
}
