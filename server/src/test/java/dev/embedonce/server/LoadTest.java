package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.store.Stores;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 32 clients with cold and repeated pictures for 15 seconds, or {@code -Dembedonce.load.minutes=5}: no errors, no
 * stalls, bounded memory. {@code -Dembedonce.test.model=DIR} takes another model than the tiny one. The time between
 * tokens is printed always and checked from a minute on only, as other tests share the machine.
 */
class LoadTest {
    private static final double MINUTES = Double.parseDouble(System.getProperty("embedonce.load.minutes", "0.25"));
    private static final int CLIENTS = 32;
    /** Below this the machine's scheduler decides, not ours: a step of the tiny model takes less than a millisecond. */
    private static final double JITTER_MILLIS = 25;

    private static final Duration STALL = TestServer.HANG;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Queue<Long> gaps = new ConcurrentLinkedQueue<>();
    private final Queue<Long> firsts = new ConcurrentLinkedQueue<>();
    private final LongAdder answers = new LongAdder();
    private final LongAdder images = new LongAdder();
    private final AtomicInteger cold = new AtomicInteger(100_000);

    @Test
    void clients_withColdAndRepeatedPictures_areAllServed() throws Exception {
        try (TestServer server = TestServer.start(Stores.open("files:" + folder), options -> options)) {
            long end = System.nanoTime() + (long) (MINUTES * 60e9);
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(i);
                clients.add(new Thread(() -> client(server, random, end)));
            }
            clients.forEach(Thread::start);
            long early = usedAfter(Duration.ofNanos((long) (MINUTES * 60e9 / 3)));
            for (Thread client : clients) {
                client.join();
            }
            long late = usedAfter(Duration.ZERO);
            report(server, early, late);
            assertThat(errors).isEmpty();
            assertThat(late).isLessThan(early + (256L << 20));
            var stats = server.cache().stats();
            assertThat(stats.images()).isEqualTo(images.sum());
            assertThat(stats.encoded()).isLessThanOrEqualTo(cold.get() - 100_000 + 16);
        }
    }

    private static long usedAfter(Duration wait) throws InterruptedException {
        Thread.sleep(wait.toMillis());
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void client(TestServer server, Random random, long end) {
        while (System.nanoTime() - end < 0 && errors.isEmpty()) {
            int picture = random.nextInt(4) == 0 ? cold.incrementAndGet() : random.nextInt(16);
            ObjectNode request = chat("Question " + random.nextInt(1000), Pictures.png(picture));
            // with probabilities there is one event a token, even where it makes no whole character
            request.put("max_tokens", 8 + random.nextInt(24))
                    .put("stream", true)
                    .put("logprobs", true);
            try {
                stream(server, request);
            } catch (Exception e) {
                errors.add(e.toString());
            }
        }
    }

    private void stream(TestServer server, ObjectNode request) throws Exception {
        long start = System.nanoTime();
        HttpResponse<java.io.InputStream> response = http.send(
                HttpRequest.newBuilder(server.uri("/v1/chat/completions"))
                        .timeout(STALL)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            errors.add(response.statusCode() + "");
            return;
        }
        images.increment();
        long last = 0;
        boolean done = false;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                done |= line.equals("data: [DONE]");
                if (!line.startsWith("data: {") || !line.contains("\"delta\":{\"content\"")) {
                    continue;
                }
                long now = System.nanoTime();
                if (last == 0) {
                    firsts.add(now - start);
                } else {
                    gaps.add(now - last);
                }
                last = now;
            }
        }
        if (!done) {
            errors.add("a stream without an end");
        }
        answers.increment();
    }

    private void report(TestServer server, long early, long late) {
        long[] sorted = gaps.stream().mapToLong(Long::longValue).sorted().toArray();
        long[] first = firsts.stream().mapToLong(Long::longValue).sorted().toArray();
        var stats = server.cache().stats();
        double median = sorted[sorted.length / 2] / 1e6;
        double p99 = sorted[(int) (sorted.length * 0.99)] / 1e6;
        System.out.printf(
                "load: %d answers, %d tokens, %d images (%d encoded), first token median %.1f ms p99 %.1f ms, between tokens"
                        + " median %.2f ms p99 %.2f ms (%.2f x) longest %.1f ms, heap %d -> %d MiB%n",
                answers.sum(),
                sorted.length + first.length,
                stats.images(),
                stats.encoded(),
                first[first.length / 2] / 1e6,
                first[(int) (first.length * 0.99)] / 1e6,
                median,
                p99,
                p99 / median,
                sorted[sorted.length - 1] / 1e6,
                early >> 20,
                late >> 20);
        if (MINUTES >= 1) {
            assertThat(p99).isLessThanOrEqualTo(Math.max(3 * median, JITTER_MILLIS));
        }
    }
}
