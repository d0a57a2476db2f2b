package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Gives the features of images: a {@link dev.embedonce.cache.FeatureCache} encodes what it does not have, {@link
 * dev.embedonce.cache.UncachedFeatures} whatever it is asked for. Both encode in the same way: image after image is
 * prepared, equal bytes of one call are encoded once, full batches go to the encoder, the images of a batch that fails
 * are tried one by one. Thread-safe; a call works on its caller's thread.
 */
public interface FeatureProvider {
    /**
     * The features of a batch of images.
     *
     * @param images the encoded bytes of each (PNG, JPEG, ...); not to be changed during the call
     * @return for each image, in input order, an answer or why there is none; one bad image does not disturb the others
     */
    <P extends Prepared> List<Outcome> getOrComputeAll(List<byte[]> images, FeatureEncoder<P> encoder);

    /**
     * As {@link #getOrComputeAll}, for images that have been hashed with {@link #hash} and are read when they are to be
     * encoded, and no sooner. An image that cannot be read then, or whose bytes are no longer those of its hash, fails.
     */
    <P extends Prepared> List<Outcome> getOrComputeHashed(
            List<? extends HashedImage> images, FeatureEncoder<P> encoder);

    /** The hash of all that is left in {@code in}. The time it takes counts as hashing, reading included. */
    ContentHash hash(InputStream in) throws IOException;

    /** What was done so far. */
    CacheStats stats();
}
