package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;

/** What became of one image of a batch. */
public sealed interface Outcome {
    /** The full hash of the image's bytes, without any tenant's salt. */
    ContentHash contentHash();

    /**
     * An answer.
     *
     * @param key where it is kept
     */
    record Served(ContentHash contentHash, CacheKey key, Entry entry, Source source) implements Outcome {}

    /** No answer: this image could not be prepared or encoded. Nothing was stored. */
    record Failed(ContentHash contentHash, RuntimeException error) implements Outcome {}
}
