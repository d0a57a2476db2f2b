package dev.embedonce.cache;

import dev.embedonce.hash.ContentHash;
import java.io.IOException;

/** An image that is known by its hash, and whose bytes are read only if nobody has its answer. */
public interface HashedImage {
    /** The hash of {@link #bytes}, made with {@link FeatureCache#hash}. */
    ContentHash contentHash();

    /**
     * The encoded bytes (PNG, JPEG, ...), not to be changed afterwards. Whether they still are those of the hash is checked by who asks.
     *
     * @throws IOException if they cannot be read any more
     */
    byte[] bytes() throws IOException;

    /** An image whose bytes are at hand. */
    static HashedImage of(ContentHash contentHash, byte[] bytes) {
        return new InMemory(contentHash, bytes);
    }
}
