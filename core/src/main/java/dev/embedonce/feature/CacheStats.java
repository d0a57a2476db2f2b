package dev.embedonce.feature;

import dev.embedonce.codec.Corruption;
import java.util.Map;

/**
 * What a cache has done since it was opened. Every image is exactly one of hit (memory, store, foreign, shared), pixel
 * hit, encoded or failed.
 *
 * @param images asked for
 * @param memoryHits answered from the heap tier
 * @param storeHits answered from the store
 * @param foreignHits answered from rows of other programs
 * @param sharedHits the same content in the same batch, or encoded by another thread or process at the same moment
 * @param pixelHits new bytes, same encoder input
 * @param encoded the encoder ran
 * @param failed could not be decoded or encoded
 * @param corrupt entries found that are not answers, by reason; each was a miss
 * @param foreignSkipped rows of other programs that were not trusted; each was a miss
 * @param healed entries replaced because they were corrupt or not trusted
 * @param conflicts second writes of a key with a different value; the first stayed
 * @param storeReadFailures look-ups that the store did not answer
 * @param storeWriteFailures entries that were dropped because the store did not take them
 * @param hashNanos time spent hashing, over all threads
 * @param lookupNanos time spent looking up, over all threads
 * @param prepareNanos time spent decoding and preprocessing, over all threads
 * @param encodeNanos time spent in the encoder, over all threads
 * @param storeNanos time spent writing, over all threads
 * @param savedEncodeNanos what the reused answers once cost in the encoder
 */
public record CacheStats(
        long images,
        long memoryHits,
        long storeHits,
        long foreignHits,
        long sharedHits,
        long pixelHits,
        long encoded,
        long failed,
        Map<Corruption, Long> corrupt,
        long foreignSkipped,
        long healed,
        long conflicts,
        long storeReadFailures,
        long storeWriteFailures,
        long hashNanos,
        long lookupNanos,
        long prepareNanos,
        long encodeNanos,
        long storeNanos,
        long savedEncodeNanos) {
    public CacheStats {
        corrupt = Map.copyOf(corrupt);
    }

    /** Answers of the very same bytes: memory, store, foreign and shared. */
    public long hits() {
        return memoryHits + storeHits + foreignHits + sharedHits;
    }

    /** Entries found that were not answers. */
    public long corruptTotal() {
        return corrupt.values().stream().mapToLong(Long::longValue).sum();
    }
}
