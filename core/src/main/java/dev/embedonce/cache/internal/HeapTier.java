package dev.embedonce.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import dev.embedonce.feature.HeapStats;
import dev.embedonce.feature.Source;
import dev.embedonce.key.CacheKey;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Decoded, verified entries in memory, bounded by their bytes. Thread-safe. */
public final class HeapTier {
    /**
     * What an entry costs beside its tensors: key strings, objects. An estimate, so that many small entries are
     * bounded too.
     */
    private static final int ENTRY_OVERHEAD_BYTES = 600;

    private final @Nullable Cache<CacheKey, Found> entries;
    private final LongAdder evictions;
    private final long maxBytes;

    HeapTier(long maxBytes) {
        this(maxBytes, new LongAdder());
    }

    private HeapTier(long maxBytes, LongAdder evictions) {
        this.maxBytes = maxBytes;
        this.evictions = evictions;
        this.entries = maxBytes == 0
                ? null
                : Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((CacheKey key, Found found) ->
                                (int) Math.min(Integer.MAX_VALUE, found.entry().sizeBytes() + ENTRY_OVERHEAD_BYTES))
                        .evictionListener((key, found, cause) -> evictions.increment())
                        .build();
    }

    @Nullable
    Found get(CacheKey key) {
        return entries == null ? null : entries.getIfPresent(key);
    }

    void put(CacheKey key, Found found) {
        if (entries != null) {
            // An encoder's tensors lie in direct memory, which the collector does not come for before there is none
            // left: no bound would hold.
            entries.put(key, new Found(found.entry().onHeap(), found.keptUnder(), Source.MEMORY));
        }
    }

    /** An empty one with the same bound, which goes on counting evictions. */
    HeapTier emptied() {
        return new HeapTier(maxBytes, evictions);
    }

    public HeapStats stats() {
        if (entries == null) {
            return new HeapStats(0, 0, 0, 0);
        }
        entries.cleanUp(); // evictions that are due count as done
        long bytes = entries.policy()
                .eviction()
                .map(Policy.Eviction::weightedSize)
                .orElseThrow()
                .orElse(0);
        return new HeapStats(entries.estimatedSize(), bytes, maxBytes, evictions.sum());
    }
}
