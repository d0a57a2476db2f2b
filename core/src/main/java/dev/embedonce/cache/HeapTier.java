package dev.embedonce.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.embedonce.key.CacheKey;
import org.jspecify.annotations.Nullable;

/** Decoded, verified entries in memory, bounded by their bytes. Thread-safe. */
final class HeapTier {
    /** What an entry costs beside its tensors: key strings, objects. An estimate, so that many small entries are bounded too. */
    private static final int ENTRY_OVERHEAD_BYTES = 600;

    private final @Nullable Cache<CacheKey, Found> entries;

    HeapTier(long maxBytes) {
        this.entries = maxBytes == 0
                ? null
                : Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((CacheKey key, Found found) ->
                                (int) Math.min(Integer.MAX_VALUE, found.entry().sizeBytes() + ENTRY_OVERHEAD_BYTES))
                        .build();
    }

    @Nullable
    Found get(CacheKey key) {
        return entries == null ? null : entries.getIfPresent(key);
    }

    void put(CacheKey key, Found found) {
        if (entries != null) {
            entries.put(key, found.as(Source.MEMORY));
        }
    }

    void invalidate(Iterable<CacheKey> keys) {
        if (entries != null) {
            entries.invalidateAll(keys);
        }
    }

    void clear() {
        if (entries != null) {
            entries.invalidateAll();
        }
    }
}
