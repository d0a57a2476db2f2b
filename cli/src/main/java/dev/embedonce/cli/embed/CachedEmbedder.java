package dev.embedonce.cli.embed;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Encodes what the cache does not have. */
record CachedEmbedder(FeatureCache cache, ImageEncoder encoder) implements Embedder {
    @Override
    public List<Outcome> embed(List<HashedImage> images) {
        return cache.getOrComputeHashed(images, encoder);
    }

    @Override
    public ContentHash hash(InputStream in) throws IOException {
        return cache.hash(in);
    }

    @Override
    public CacheStats stats() {
        return cache.stats();
    }
}
