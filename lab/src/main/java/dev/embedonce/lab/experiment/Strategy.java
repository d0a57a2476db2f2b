package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.lab.corpus.Picture;
import dev.embedonce.store.CacheStore;

/** How to decide whether an image has to be encoded again. */
public enum Strategy {
    /** Not at all: everything is encoded every time. */
    NONE("no cache"),
    /** The article's recommendation: SHA-256 of the file's bytes. */
    SHA("SHA-256"),
    /** The article's trap: the 64-bit perceptual hash as the key, exact match. */
    PHASH("pHash"),
    /** EmbedOnce: SHA-256 of the bytes; on a miss, SHA-256 of the encoder's input. */
    OURS("SHA-256 + pixels");

    private static final int UNUSED_DIGITS = 48;

    private final String label;

    Strategy(String label) {
        this.label = label;
    }

    /** What people call it. */
    public String label() {
        return label;
    }

    /** The name in lower case, for tables that programs read. */
    public String id() {
        return switch (this) {
            case NONE -> "none";
            case SHA -> "sha";
            case PHASH -> "phash";
            case OURS -> "sha+pixels";
        };
    }

    /**
     * The cache of this strategy. Nothing is kept in memory: every hit is read from the store and checked, as in a
     * process that has just started.
     */
    FeatureCache cache(CacheStore store) {
        ContentHasher hasher = this == PHASH ? Strategy::phashAsKey : ContentHasher.sha256();
        return FeatureCache.over(store).heapBytes(0).hasher(hasher).build();
    }

    /** What the rest of EmbedOnce makes impossible on purpose: a perceptual hash disguised as a content hash. */
    private static ContentHash phashAsKey(byte[] image) {
        return new ContentHash("0".repeat(UNUSED_DIGITS)
                + Picture.perceptualHashes(image).phash().hex());
    }
}
