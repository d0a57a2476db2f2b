package dev.embedonce.cache.internal;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import java.util.concurrent.CompletableFuture;

/**
 * An image that has to be encoded, by us.
 *
 * @param image to be read once
 * @param flight to land with the answer
 */
public record Miss(CacheKey key, HashedImage image, CompletableFuture<Found> flight) {
    public ContentHash contentHash() {
        return image.contentHash();
    }
}
