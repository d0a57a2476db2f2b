package dev.embedonce.feature;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import java.io.IOException;

/** An image that is known by its hash, and whose bytes are read only if nobody has its answer. */
public interface HashedImage {
    /** The hash of {@link #bytes}, made with {@link FeatureProvider#hash}. */
    ContentHash contentHash();

    /**
     * The encoded bytes (PNG, JPEG, ...), not to be changed afterwards. Whether they still are those of the hash is
     * checked by {@link #checkedBy}.
     *
     * @throws IOException if they cannot be read any more
     */
    byte[] bytes() throws IOException;

    /** The same image, whose bytes are hashed once more when they are read, and refused if they have changed. */
    default HashedImage checkedBy(ContentHasher hasher) {
        return new CheckedImage(this, hasher);
    }

    /** An image whose bytes are at hand. */
    static HashedImage of(ContentHash contentHash, byte[] bytes) {
        return new InMemory(contentHash, bytes);
    }
}
