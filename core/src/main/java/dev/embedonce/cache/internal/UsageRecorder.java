package dev.embedonce.cache.internal;

import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.Usage;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Adds what this cache has reused and spent to the store's lasting counters, now and then and at the end, so that
 * {@code cache stats} can say what all runs together saved. Thread-safe.
 */
public final class UsageRecorder {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final StoreGuard store;
    private final CacheCounters counters;
    private final Map<String, Long> recorded = new HashMap<>();
    private volatile long lastNanos = System.nanoTime();

    public UsageRecorder(StoreGuard store, CacheCounters counters) {
        this.store = store;
        this.counters = counters;
    }

    public void maybeFlush() {
        if (System.nanoTime() - lastNanos > PERIOD_NANOS) {
            flush();
        }
    }

    public synchronized void flush() {
        lastNanos = System.nanoTime();
        CacheStats stats = counters.snapshot();
        Map<String, Long> deltas = new HashMap<>();
        put(deltas, Usage.IMAGES, stats.images());
        put(deltas, Usage.HITS, stats.hits());
        put(deltas, Usage.PIXEL_HITS, stats.pixelHits());
        put(deltas, Usage.ENCODED, stats.encoded());
        put(deltas, Usage.ENCODE_NANOS, stats.encodeNanos());
        put(deltas, Usage.SAVED_ENCODE_NANOS, stats.savedEncodeNanos());
        put(deltas, Usage.CORRUPT, stats.corruptTotal());
        if (deltas.isEmpty()) {
            return;
        }
        if (write(deltas)) {
            deltas.forEach((name, delta) -> recorded.merge(name, delta, Long::sum));
        }
    }

    /**
     * Whether the store has taken them. What it has not is taken along the next time; an interrupted caller shall not
     * lose its answers over it.
     */
    private boolean write(Map<String, Long> deltas) {
        try {
            return store.write(counters.storeWriteFailures, 0, s -> {
                        s.addCounters(deltas);
                        return true;
                    })
                    != null;
        } catch (StoreInterruptedException e) {
            return false;
        }
    }

    private void put(Map<String, Long> deltas, String name, long total) {
        long delta = total - recorded.getOrDefault(name, 0L);
        if (delta != 0) {
            deltas.put(name, delta);
        }
    }
}
