package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.lab.base.LabException;
import dev.embedonce.value.Embedding;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass of a pipeline over its images: its answers, their sources, and the time of each phase.
 *
 * @param vectors the answers, in input order
 * @param hits answered from the store, or by the same key elsewhere in the pass
 * @param pixelHits with new bytes and the same encoder input
 * @param encoded by running the encoder
 */
record Pass(List<Embedding> vectors, int hits, int pixelHits, int encoded, Phases phases) {

    /** Encodes everything. */
    static Pass uncached(LabEncoder encoder, List<byte[]> images) {
        Stopwatch watch = new Stopwatch();
        LabEncoder.Encoded encoded = encoder.encode(images);
        return new Pass(encoded.vectors(), 0, 0, images.size(), Phases.uncached(encoded, watch));
    }

    /** Asks a cache, all images in one call. */
    static Pass cached(Strategy strategy, FeatureCache cache, LabEncoder encoder, List<byte[]> images) {
        CacheStats before = cache.stats();
        Stopwatch watch = new Stopwatch();
        List<Outcome> outcomes =
                strategy == Strategy.OURS ? encoder.ask(cache, images) : encoder.askByHashAlone(cache, images);
        Phases phases = Phases.between(before, cache.stats(), watch);
        List<Embedding> vectors = new ArrayList<>(outcomes.size());
        int pixelHits = 0;
        int encoded = 0;
        for (Outcome outcome : outcomes) {
            Outcome.Served served = served(outcome);
            vectors.add(served.entry().embedding());
            pixelHits += served.source() == Source.PIXELS ? 1 : 0;
            encoded += served.source() == Source.ENCODED ? 1 : 0;
        }
        return new Pass(vectors, outcomes.size() - pixelHits - encoded, pixelHits, encoded, phases);
    }

    /** Whether an outcome came from the cache. */
    static boolean isHit(Outcome outcome) {
        return outcome instanceof Outcome.Served served && served.source().isReuse();
    }

    /** The vector of an outcome that must be an answer. */
    static Embedding vector(Outcome outcome) {
        return served(outcome).entry().embedding();
    }

    private static Outcome.Served served(Outcome outcome) {
        if (outcome instanceof Outcome.Served served) {
            return served;
        }
        RuntimeException error = ((Outcome.Failed) outcome).error();
        throw new LabException("a picture of the corpus cannot be encoded: " + error.getMessage(), error);
    }
}
