package dev.embedonce.server.metrics;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.CacheException;
import dev.embedonce.store.StoreStats;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How much the store holds, counted at most every ten seconds, because counting may take time. Thread-safe. */
public final class StoreBytes {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final FeatureCache cache;
    private @Nullable StoreStats last;
    private long at;

    public StoreBytes(FeatureCache cache) {
        this.cache = cache;
    }

    /** Counts and bytes; empty if the store does not say. */
    public synchronized Optional<StoreStats> get() {
        if (last == null || System.nanoTime() - at > FRESH_NANOS) {
            try {
                last = cache.store().stats();
            } catch (CacheException e) {
                last = null;
            }
            at = System.nanoTime();
        }
        return Optional.ofNullable(last);
    }
}
