package dev.embedonce.cli.embed;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.Outcome;
import dev.embedonce.encoder.ImageEncoder;
import java.util.List;

/** Encodes what the cache does not have. */
record CachedEmbedder(FeatureCache cache, ImageEncoder encoder) implements Embedder {
    @Override
    public List<Outcome> embed(List<byte[]> images) {
        return cache.getOrComputeAll(images, encoder);
    }

    @Override
    public CacheStats stats() {
        return cache.stats();
    }
}
