package dev.embedonce.cache;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import java.util.concurrent.CompletableFuture;

/**
 * An image that has to be encoded, by us.
 *
 * @param image the encoded bytes
 * @param flight to land with the answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Miss(CacheKey key, ContentHash contentHash, byte[] image, CompletableFuture<Found> flight) {}
