package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.lab.base.StepProgress;
import dev.embedonce.lab.corpus.Churn;
import dev.embedonce.lab.corpus.Corpus;
import dev.embedonce.lab.corpus.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Throughput against batch size, 1 to 64. An application asks for that many images at a time, and the encoder takes as
 * many. Cold: without a cache. Warm: nine of ten images are in the cache, the tenth is new (a lossy re-encode that no
 * earlier size has seen).
 */
public final class BatchSweep {
    /** The batch sizes. */
    public static final List<Integer> SIZES = List.of(1, 2, 4, 8, 16, 32, 64);

    /** The share of images that the warm cache knows. */
    public static final double WARM_HITS = 0.9;

    private static final int NEW_EVERY = 10;
    private static final int WARM_UP = 16;

    private final int images;
    private final long seed;
    private final Corpus corpus;
    private final IntFunction<LabEncoder> encoders;
    private final StoreOpener stores;

    /**
     * A sweep.
     *
     * @param encoders opens the encoder for a batch size; closed here
     */
    public BatchSweep(int images, long seed, Corpus corpus, IntFunction<LabEncoder> encoders, StoreOpener stores) {
        this.images = images;
        this.seed = seed;
        this.corpus = corpus;
        this.encoders = encoders;
        this.stores = stores;
    }

    /** Runs all sizes. Rows come in order of size, cold before warm. */
    public List<SweepRow> run(StepProgress progress) {
        List<Picture> sample = corpus.sampleOf(images);
        List<byte[]> known = sample.stream().map(Picture::encoded).toList();
        List<SweepRow> rows = new ArrayList<>();
        try (FeatureCache cache = Strategy.OURS.cache(stores.open(ChurnExperiment.STORE, "sweep"))) {
            try (LabEncoder filler = encoders.apply(WARM_UP)) {
                filler.ask(cache, known);
            }
            for (int i = 0; i < SIZES.size(); i++) {
                int batch = SIZES.get(i);
                try (LabEncoder encoder = encoders.apply(batch)) {
                    encoder.encode(known.subList(0, Math.min(WARM_UP, known.size())));
                    rows.add(cold(batch, encoder, known));
                    rows.add(warm(batch, encoder, cache, withNewOnes(sample, i + 1)));
                }
                progress.at((i + 1.0) / SIZES.size());
            }
        }
        return rows;
    }

    private List<byte[]> withNewOnes(List<Picture> sample, int round) {
        List<byte[]> mixed = new ArrayList<>(sample.size());
        for (int i = 0; i < sample.size(); i++) {
            Picture picture = sample.get(i);
            boolean isNew = i % NEW_EVERY == NEW_EVERY - 1;
            mixed.add(isNew ? Churn.LOSSY.change(picture, corpus, round, seed) : picture.encoded());
        }
        return mixed;
    }

    private static SweepRow cold(int batch, LabEncoder encoder, List<byte[]> images) {
        Stopwatch watch = new Stopwatch();
        LabEncoder.Encoded encoded = encoder.encode(images);
        return new SweepRow(batch, 0, images.size(), 0, Phases.uncached(encoded, watch));
    }

    private static SweepRow warm(int batch, LabEncoder encoder, FeatureCache cache, List<byte[]> images) {
        Stopwatch watch = new Stopwatch();
        var before = cache.stats();
        int hits = 0;
        for (int from = 0; from < images.size(); from += batch) {
            List<byte[]> asked = images.subList(from, Math.min(images.size(), from + batch));
            hits += (int) encoder.ask(cache, asked).stream().filter(Pass::isHit).count();
        }
        return new SweepRow(batch, WARM_HITS, images.size(), hits, Phases.between(before, cache.stats(), watch));
    }
}
