package dev.embedonce.store;

/**
 * What a store can and cannot do. What it cannot do it refuses with a clear error.
 *
 * @param durable whether what {@link CacheStore#putAllIfAbsent} acknowledged survives the death of the process
 * @param shared whether several processes may have the store open at once
 * @param maxEntryBytes the largest header + data it takes; a larger one is refused with {@link
 *     IllegalArgumentException}; {@link Long#MAX_VALUE} if any that can be made fits
 */
public record StoreCapabilities(boolean durable, boolean shared, long maxEntryBytes) {}
