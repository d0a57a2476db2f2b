package dev.embedonce.cache;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.FunctionEncoder;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.store.CacheStore;
import dev.embedonce.value.Embedding;
import java.util.List;
import java.util.function.Function;

/**
 * The cache for encoders that give one vector an image: a {@link FeatureCache} whose entries are {@link Embedding}s.
 * Thread-safe.
 *
 * <pre>{@code
 * try (EmbeddingCache cache = new EmbeddingCache(Stores.open("sqlite:vectors.db"))) {
 *     Embedding vector = cache.getOrCompute(Files.readAllBytes(photo), encoder);
 * }
 * }</pre>
 */
public final class EmbeddingCache implements AutoCloseable {
    private final FeatureCache cache;

    /** A cache with default settings over {@code store}, which it owns and closes. */
    public EmbeddingCache(CacheStore store) {
        this(FeatureCache.over(store).build());
    }

    /** The same entries as {@code cache}, which it owns and closes. */
    public EmbeddingCache(FeatureCache cache) {
        this.cache = cache;
    }

    /**
     * The vector of one image: from the cache, or encoded now and kept.
     *
     * @param image the encoded bytes: bytes, never a path; not to be changed during the call
     * @throws RuntimeException the encoder's own, if the image cannot be encoded; nothing is stored then
     */
    public <P extends Prepared> Embedding getOrCompute(byte[] image, FeatureEncoder<P> encoder) {
        return cache.getOrCompute(image, encoder).embedding();
    }

    /**
     * The same with a function and version strings of the caller's own.
     *
     * @param compute from the encoded bytes to a vector, float32 {@code [dimension]}
     * @throws IllegalArgumentException if a version is empty or says nothing, such as "unknown"
     */
    public Embedding getOrCompute(
            byte[] image, String modelVersion, String preprocVersion, Function<byte[], float[]> compute) {
        return getOrCompute(image, new FunctionEncoder(modelVersion, preprocVersion, compute));
    }

    /** A batch; see {@link FeatureCache#getOrComputeAll}. Every served entry is an embedding. */
    public <P extends Prepared> List<Outcome> getOrComputeAll(List<byte[]> images, FeatureEncoder<P> encoder) {
        return cache.getOrComputeAll(images, encoder);
    }

    /** The cache underneath. */
    public FeatureCache features() {
        return cache;
    }

    @Override
    public void close() {
        cache.close();
    }
}
