package dev.embedonce.cache.internal;

import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.CacheStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the cache answering while its store does not. A look-up that fails is a miss; a write that fails is tried again
 * a few times and then dropped; both are counted, and one warning says so. After a failure the store is left alone for
 * a moment that grows from a second to half a minute, so that a dead server does not cost every image a time-out.
 * Thread-safe.
 *
 * <p>A caller whose own thread was interrupted is thrown {@link StoreInterruptedException}: that is no failure of the
 * store's.
 */
public final class StoreGuard {
    private static final Logger LOG = LoggerFactory.getLogger(StoreGuard.class);
    private static final int WRITE_ATTEMPTS = 3;
    private static final Duration WRITE_PAUSE = Duration.ofMillis(100);
    private static final long FIRST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_REST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final CacheStore store;
    private final LongSupplier nanoTime;
    private volatile boolean resting;
    private volatile long restUntilNanos;
    private volatile long restNanos;

    public StoreGuard(CacheStore store) {
        this(store, System::nanoTime);
    }

    /** As above, with a clock of its own for the rests. */
    StoreGuard(CacheStore store, LongSupplier nanoTime) {
        this.store = store;
        this.nanoTime = nanoTime;
    }

    /** The answer of {@code operation}; null, and {@code weight} more failures, if the store does not give one. */
    <T> @Nullable T read(LongAdder failures, int weight, Function<CacheStore, T> operation) {
        if (isResting()) {
            failures.add(weight);
            return null;
        }
        try {
            T answer = operation.apply(store);
            restNanos = 0;
            return answer;
        } catch (StoreUnavailableException e) {
            requireNotInterrupted(e);
            failures.add(weight);
            rest(e);
            return null;
        }
    }

    /** As {@link #read}, with a few tries. */
    <T> @Nullable T write(LongAdder failures, int weight, Function<CacheStore, T> operation) {
        for (int attempt = 1; !isResting(); attempt++) {
            try {
                T answer = operation.apply(store);
                restNanos = 0;
                return answer;
            } catch (StoreUnavailableException e) {
                requireNotInterrupted(e);
                if (attempt == WRITE_ATTEMPTS) {
                    rest(e);
                    break;
                }
                pause(attempt);
            }
        }
        failures.add(weight);
        return null;
    }

    /**
     * A store that fails an interrupted caller may be well: the caller fails alone, and nobody leaves the store alone
     * for it.
     */
    private static void requireNotInterrupted(StoreUnavailableException e) {
        if (Thread.currentThread().isInterrupted()) {
            throw new StoreInterruptedException("interrupted while the store was asked: " + e.getMessage(), e);
        }
    }

    private static void pause(int attempt) {
        try {
            TimeUnit.MILLISECONDS.sleep(WRITE_PAUSE.toMillis() * attempt);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreInterruptedException("interrupted before the store was asked again", e);
        }
    }

    private boolean isResting() {
        if (resting && nanoTime.getAsLong() - restUntilNanos >= 0) {
            resting = false;
        }
        return resting;
    }

    private synchronized void rest(StoreUnavailableException e) {
        if (resting) {
            return;
        }
        if (restNanos == 0) {
            LOG.warn("the store {} does not answer; going on without it: {}", store.description(), e.getMessage());
        }
        restNanos = restNanos == 0 ? FIRST_REST_NANOS : Math.min(LONGEST_REST_NANOS, restNanos * 2);
        restUntilNanos = nanoTime.getAsLong() + restNanos;
        resting = true;
    }
}
