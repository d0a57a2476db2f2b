package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Corpus;
import java.util.ArrayList;
import java.util.List;

/**
 * The cold and the warm pass: the same images without a cache, with an empty cache, and once more with the cache that
 * the cold pass has filled, for each kind of store. The cache is ours as users get it, except that its memory tier is
 * off: every hit is read from the store and checked. The encoder is warmed up before anything is timed.
 */
public final class PassExperiment {
    private static final int WARM_UP = 32;

    private final int images;
    private final List<String> storeKinds;
    private final Corpus corpus;
    private final LabEncoder encoder;
    private final StoreOpener stores;

    /**
     * An experiment.
     *
     * @param images how many, spread over the corpus
     * @param storeKinds such as {@code sqlite}
     */
    public PassExperiment(int images, List<String> storeKinds, Corpus corpus, LabEncoder encoder, StoreOpener stores) {
        this.images = images;
        this.storeKinds = List.copyOf(storeKinds);
        this.corpus = corpus;
        this.encoder = encoder;
        this.stores = stores;
    }

    /** Runs all passes. */
    public List<PassRow> run(StepProgress progress) {
        List<byte[]> sample = corpus.sample(images);
        encoder.encode(corpus.sample(WARM_UP));
        Truth truth = new Truth(encoder);
        List<PassRow> rows = new ArrayList<>();
        Pass uncached = Pass.uncached(encoder, sample);
        truth.learn(sample, uncached.vectors());
        rows.add(row("-", "none", sample, uncached, 0, truth));
        double steps = 1.0 + storeKinds.size();
        progress.at(1 / steps);
        for (String kind : storeKinds) {
            try (FeatureCache cache = Strategy.OURS.cache(stores.open(kind, "passes"))) {
                Pass cold = Pass.cached(Strategy.OURS, cache, encoder, sample);
                Pass warm = Pass.cached(Strategy.OURS, cache, encoder, sample);
                rows.add(row(kind, "cold", sample, cold, 0, truth));
                rows.add(row(kind, "warm", sample, warm, lookupMicros(cache, sample), truth));
            }
            progress.at((rows.size() / 2 + 1) / steps);
        }
        return rows;
    }

    private double lookupMicros(FeatureCache cache, List<byte[]> sample) {
        List<Double> micros = new ArrayList<>();
        for (byte[] image : sample) {
            var key = encoder.key(cache, image);
            long start = System.nanoTime();
            boolean found = cache.get(key).isPresent();
            micros.add((System.nanoTime() - start) / 1e3);
            if (!found) {
                throw new IllegalStateException("a warm cache has lost an image");
            }
        }
        return Median.of(micros);
    }

    private static PassRow row(
            String store, String pass, List<byte[]> sample, Pass result, double micros, Truth truth) {
        return new PassRow(
                store,
                pass,
                sample.size(),
                result.hits() + result.pixelHits(),
                result.encoded(),
                micros,
                truth.check(sample, result.vectors()),
                result.phases());
    }
}
