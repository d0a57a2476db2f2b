package dev.embedonce.cli.embed;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.HashedImage;
import dev.embedonce.cache.Outcome;
import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Turns a batch of images into vectors, with a cache or without. Thread-safe. */
interface Embedder {
    /** For each image, in order, an answer or why there is none. */
    List<Outcome> embed(List<HashedImage> images);

    /** The hash of all that is left in {@code in}. */
    ContentHash hash(InputStream in) throws IOException;

    /** What it did so far. */
    CacheStats stats();
}
