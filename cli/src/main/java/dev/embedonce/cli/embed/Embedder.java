package dev.embedonce.cli.embed;

import dev.embedonce.cache.CacheStats;
import dev.embedonce.cache.Outcome;
import java.util.List;

/** Turns a batch of encoded images into vectors, with a cache or without. Thread-safe. */
interface Embedder {
    /** For each image, in order, an answer or why there is none. */
    List<Outcome> embed(List<byte[]> images);

    /** What it did so far. */
    CacheStats stats();
}
