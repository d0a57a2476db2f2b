package dev.embedonce.springai;

/** What the cache did, in the metadata of responses: names of entries. */
public final class EmbedOnceMetadata {
    /** Of embeddings: where each came from, in order, a {@code List<dev.embedonce.feature.Source>}. */
    public static final String SOURCES = "embedonce.sources";

    /**
     * Of a chat: the conversation's images in order, with hash, where the features came from, time and tokens, a {@code
     * List<dev.embedonce.engine.ServedImage>}.
     */
    public static final String IMAGES = "embedonce.images";

    private EmbedOnceMetadata() {}
}
