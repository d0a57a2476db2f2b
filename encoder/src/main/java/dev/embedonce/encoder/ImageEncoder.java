package dev.embedonce.encoder;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.value.Embedding;
import java.util.List;

/**
 * Turns pictures into vectors. Every answer is one float32 tensor {@code [dimension]} named
 * {@link dev.embedonce.value.Entry#EMBEDDING}. Thread-safe; whoever opens an encoder closes it, and {@link #close}
 * waits for calls that are under way.
 */
public interface ImageEncoder extends FeatureEncoder<PreparedImage>, AutoCloseable {
    /** Numbers in a vector. */
    int dimension();

    /** Threads that share the work of one {@link #encode} call. */
    int threads();

    /**
     * One picture without any cache.
     *
     * @param image the encoded bytes
     * @throws RuntimeException if it cannot be decoded or encoded
     */
    default Embedding embed(byte[] image) {
        return new Embedding(
                encode(List.of(prepare(image))).get(0).values().iterator().next());
    }

    @Override
    void close();
}
