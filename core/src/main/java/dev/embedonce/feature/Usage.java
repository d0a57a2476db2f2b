package dev.embedonce.feature;

/** Names of the counters a cache keeps in its store over all runs ({@code CacheStore.counters()}). */
public final class Usage {
    /** Images asked for. */
    public static final String IMAGES = "images";
    /** Answers of the very same bytes. */
    public static final String HITS = "hits";
    /** Answers of other bytes with the same encoder input. */
    public static final String PIXEL_HITS = "pixel-hits";
    /** Runs of the encoder. */
    public static final String ENCODED = "encoded";
    /** Nanoseconds spent in the encoder. */
    public static final String ENCODE_NANOS = "encode-nanos";
    /** Nanoseconds that the reused answers once cost in the encoder. */
    public static final String SAVED_ENCODE_NANOS = "saved-encode-nanos";
    /** Entries found that were not answers. */
    public static final String CORRUPT = "corrupt";

    private Usage() {}
}
