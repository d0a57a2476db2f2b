package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.value.Embedding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The article's class and ours, one after the other in the same run, over the same pictures with ready-made vectors:
 * what the cache alone costs in a cold pass (hash, look up, store) and in a warm one (hash, look up, check). The
 * article's class is asked one image at a time, which is its only way; ours one at a time and all at once. Three
 * rounds, of which the median counts.
 */
public final class SideBySide {
    private static final int ROUNDS = 3;

    /**
     * One cache in one pass.
     *
     * @param who {@code article} or {@code embedonce}
     * @param store {@code duckdb} or {@code sqlite}
     * @param call {@code one by one} or {@code all at once}
     * @param seconds of the whole pass, the median of the rounds
     */
    public record Row(String who, String store, String call, String pass, int images, double seconds) {}

    /**
     * What was found.
     *
     * @param rows empty if the article's class could not be run
     * @param versions of Python, duckdb and numpy; empty likewise
     * @param skipped why it could not be run; null if it was
     */
    public record Result(
            List<Row> rows,
            Map<String, String> versions,
            @Nullable String skipped) {
        public Result {
            rows = List.copyOf(rows);
            versions = Map.copyOf(versions);
        }

        /** How many times as long the article's class takes as ours, called in one way; empty if it was not run. */
        public Optional<Double> ratio(String pass, String store, String call) {
            double article = seconds("article", "duckdb", "one by one", pass);
            double ours = seconds("embedonce", store, call, pass);
            return article > 0 && ours > 0 ? Optional.of(article / ours) : Optional.empty();
        }

        private double seconds(String who, String store, String call, String pass) {
            return rows.stream()
                    .filter(row -> row.who().equals(who)
                            && row.store().equals(store)
                            && row.call().equals(call)
                            && row.pass().equals(pass))
                    .mapToDouble(Row::seconds)
                    .findFirst()
                    .orElse(0);
        }
    }

    private final int images;
    private final Corpus corpus;
    private final LabEncoder encoder;
    private final StoreOpener stores;
    private final ArticleProgram article;

    public SideBySide(int images, Corpus corpus, LabEncoder encoder, StoreOpener stores, ArticleProgram article) {
        this.images = images;
        this.corpus = corpus;
        this.encoder = encoder;
        this.stores = stores;
        this.article = article;
    }

    /** Runs both, if Python and its packages are there. */
    public Result run(StepProgress progress) {
        Optional<String> missing = article.missing();
        if (missing.isPresent()) {
            return new Result(List.of(), Map.of(), missing.get());
        }
        List<byte[]> sample = corpus.sample(images);
        List<Embedding> vectors = encoder.encode(sample).vectors();
        Map<List<String>, List<Double>> seconds = new LinkedHashMap<>();
        Map<String, String> versions = Map.of();
        for (int round = 0; round < ROUNDS; round++) {
            ArticleProgram.Times times;
            try {
                times = article.run(sample, vectors);
            } catch (LabException e) {
                return new Result(List.of(), Map.of(), e.getMessage());
            }
            versions = times.versions();
            add(seconds, List.of("article", "duckdb", "one by one", "cold"), times.coldSeconds());
            add(seconds, List.of("article", "duckdb", "one by one", "warm"), times.warmSeconds());
            for (String store : List.of("duckdb", "sqlite")) {
                ours(seconds, store, false, sample, vectors, round);
                ours(seconds, store, true, sample, vectors, round);
            }
            progress.at((round + 1.0) / ROUNDS);
        }
        List<Row> rows = new ArrayList<>();
        seconds.forEach((name, values) -> rows.add(
                new Row(name.get(0), name.get(1), name.get(2), name.get(3), sample.size(), Median.of(values))));
        return new Result(rows, versions, null);
    }

    private static void add(Map<List<String>, List<Double>> seconds, List<String> name, double value) {
        seconds.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    private void ours(
            Map<List<String>, List<Double>> seconds,
            String store,
            boolean together,
            List<byte[]> sample,
            List<Embedding> vectors,
            int round) {
        ReadyVectors ready = new ReadyVectors(sample, vectors);
        String call = together ? "all at once" : "one by one";
        String name = "side-" + round + (together ? "-batch" : "-single");
        try (FeatureCache cache =
                FeatureCache.over(stores.open(store, name)).heapBytes(0).build()) {
            Supplier<List<Embedding>> pass = () -> together ? all(cache, ready, sample) : singly(cache, ready, sample);
            for (String temperature : List.of("cold", "warm")) {
                Stopwatch watch = new Stopwatch();
                List<Embedding> answers = pass.get();
                add(seconds, List.of("embedonce", store, call, temperature), watch.wallSeconds());
                if (!answers.equals(vectors)) {
                    throw new LabException("our own cache gave another vector");
                }
            }
        }
    }

    private static List<Embedding> all(FeatureCache cache, ReadyVectors ready, List<byte[]> sample) {
        return cache.getOrComputeAll(sample, ready).stream().map(Pass::vector).toList();
    }

    private static List<Embedding> singly(FeatureCache cache, ReadyVectors ready, List<byte[]> sample) {
        return sample.stream()
                .map(image -> cache.getOrCompute(image, ready).embedding())
                .toList();
    }
}
