package dev.embedonce.store;

import dev.embedonce.key.CacheKey;
import java.time.Instant;

/**
 * One line of a store's listing.
 *
 * @param key the key it lies under
 * @param sizeBytes bytes of header and data (not of the store's own overhead)
 * @param created when it was put there, by the store's clock, to the millisecond or better
 */
public record StoredInfo(CacheKey key, long sizeBytes, Instant created) {}
