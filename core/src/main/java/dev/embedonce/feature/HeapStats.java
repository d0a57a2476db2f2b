package dev.embedonce.feature;

/**
 * What the heap tier of a cache holds, and what it gave up since the cache was opened.
 *
 * @param entries decoded entries
 * @param sizeBytes what they weigh: their tensors, and an estimate of what else an entry costs
 * @param maxBytes the most that they may weigh; 0 if there is no heap tier
 * @param evictions entries that made room for others
 */
public record HeapStats(long entries, long sizeBytes, long maxBytes, long evictions) {}
