package dev.embedonce.lab.experiment;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Prepared;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Embedding;
import java.util.List;

/** An encoder of vectors as experiments use it, whatever kind of picture it reads. Whoever made it closes it. */
public interface LabEncoder extends AutoCloseable {

    /**
     * Vectors made without any cache.
     *
     * @param vectors one for each image, in order
     * @param prepareNanos decoding and preprocessing
     * @param encodeNanos the encoder alone
     */
    record Encoded(List<Embedding> vectors, long prepareNanos, long encodeNanos) {
        public Encoded {
            vectors = List.copyOf(vectors);
        }
    }

    String modelVersion();

    String preprocVersion();

    /** What runs it. */
    String runtime();

    /** How many images it encodes at once, at most. */
    int batchSize();

    /** Asks a cache, which may find known pixels in new bytes. */
    List<Outcome> ask(FeatureCache cache, List<byte[]> images);

    /** Asks a cache by the hash of the bytes alone, as the article's class does. */
    List<Outcome> askByHashAlone(FeatureCache cache, List<byte[]> images);

    /** The key of an image in a cache. */
    CacheKey key(FeatureCache cache, byte[] image);

    /** Encodes in full batches, without any cache. */
    Encoded encode(List<byte[]> images);

    @Override
    default void close() {
        // most are closed by whoever opened the encoder that they wrap
    }

    /** An encoder over one of the cache's; closing it closes that one, if it can be closed. */
    static <P extends Prepared> LabEncoder of(FeatureEncoder<P> encoder) {
        return new TypedEncoder<>(encoder);
    }
}
