package dev.embedonce.server;

import static dev.embedonce.server.TestServer.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Time to the first token of a cold, a repeated and no picture, and tokens a second of 1, 4 and 8 answers at once.
 * Everything is measured once a round, and ratios are taken within a round: what the machine does besides touches both
 * sides. {@code -Dembedonce.test.model=DIR} takes another model than the tiny one, {@code -Dembedonce.bench.mlx=PYTHON}
 * sets mlx-vlm's server beside ours, {@code -Dembedonce.bench.rounds=N}. Run it from the test class path.
 */
public final class ServeBench {
    private static final int ROUNDS = Integer.getInteger("embedonce.bench.rounds", 15);
    private static final int WARM_UP = 2;
    private static final int TOKENS = 64;
    private static final int PIXELS = 512;
    private static final byte[] KNOWN = Pictures.png(1, PIXELS, PIXELS);

    private static final String COLD = "first token, cold picture (ms)";
    private static final String BEHIND = "first token, known picture behind other words (ms)";
    private static final String REPEATED = "first token, known picture in front (ms)";
    private static final String NONE = "first token, no picture (ms)";

    private final AtomicInteger seed = new AtomicInteger(1000);

    private ServeBench() {}

    /** Runs all of it. */
    public static void main(String[] arguments) throws Exception {
        String python = System.getProperty("embedonce.bench.mlx", "");
        String folder = System.getProperty("embedonce.test.model", "");
        Path model = folder.isEmpty() ? TestServer.resource("models/qwen3_vl") : Path.of(folder);
        try (TestServer server = TestServer.start()) {
            Side ours = new Side("embedonce", new BenchClient(server.server().uri(), TestServer.MODEL));
            if (python.isEmpty()) {
                new ServeBench().run(List.of(ours));
                return;
            }
            try (MlxServer mlx = new MlxServer(python, model)) {
                Side theirs = new Side("mlx-vlm", new BenchClient(mlx.uri(), model.toString()));
                new ServeBench().run(List.of(ours, theirs));
            }
        }
    }

    /** A server, and what was measured of it. */
    private record Side(String name, BenchClient client, Map<String, List<Double>> measured) {
        Side(String name, BenchClient client) {
            this(name, client, new LinkedHashMap<>());
        }

        List<Double> of(String what) {
            return measured.computeIfAbsent(what, w -> new ArrayList<>());
        }
    }

    private void run(List<Side> sides) throws IOException {
        for (Side side : sides) {
            System.out.printf("%s: usage %s%n", side.name, side.client.usage(chat("What is it?", KNOWN)));
        }
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (Side side : sides) {
                Map<String, Double> values = round(side.client, round);
                if (round >= 0) {
                    values.forEach((what, value) -> side.of(what).add(value));
                }
            }
        }
        sides.forEach(ServeBench::print);
        if (sides.size() == 2) {
            Side ours = sides.get(0);
            Side theirs = sides.get(1);
            ours.measured.forEach(
                    (what, values) -> ratio(theirs.name + " / " + ours.name + ", " + what, theirs.of(what), values));
        }
    }

    private Map<String, Double> round(BenchClient server, int round) throws IOException {
        String words = " of round " + round + " and a few words more";
        Map<String, Double> values = new LinkedHashMap<>();
        byte[] fresh = Pictures.png(seed.incrementAndGet(), PIXELS, PIXELS);
        values.put(COLD, server.firstTokenMillis(chat("Cold" + words, fresh)));
        values.put(BEHIND, server.firstTokenMillis(system("Behind" + words, chat("What?", KNOWN))));
        values.put(REPEATED, server.firstTokenMillis(chat("Repeated" + words, KNOWN)));
        values.put(NONE, server.firstTokenMillis(chat("None" + words)));
        for (int answers : new int[] {1, 4, 8}) {
            List<ObjectNode> requests = IntStream.range(0, answers)
                    .mapToObj(i -> chat("Write " + i + words).put("max_tokens", TOKENS))
                    .toList();
            values.put(rate(answers), server.tokensEachSecond(requests));
        }
        return values;
    }

    /** Other words in front of the picture: its features are known, its keys and values are not. */
    private static ObjectNode system(String words, ObjectNode request) {
        request.withArray("messages").insertObject(0).put("role", "system").put("content", words);
        return request;
    }

    private static void print(Side side) {
        side.measured.forEach((what, values) -> System.out.printf("%s: %s %s%n", side.name, what, spread(values)));
        ratio(side.name + ": cold / known behind other words", side.of(COLD), side.of(BEHIND));
        ratio(side.name + ": cold / known in front", side.of(COLD), side.of(REPEATED));
        ratio(side.name + ": 4 at once / 1", side.of(rate(4)), side.of(rate(1)));
        ratio(side.name + ": 8 at once / 1", side.of(rate(8)), side.of(rate(1)));
    }

    private static String rate(int answers) {
        return "tokens a second, " + answers + " at once";
    }

    private static void ratio(String name, List<Double> above, List<Double> below) {
        List<Double> ratios = IntStream.range(0, below.size())
                .mapToObj(i -> above.get(i) / below.get(i))
                .toList();
        System.out.printf("%s: %s x%n", name, spread(ratios));
    }

    /** Median, and the quartiles. */
    private static String spread(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                sorted[sorted.length / 2],
                sorted[sorted.length / 4],
                sorted[3 * sorted.length / 4]);
    }
}
