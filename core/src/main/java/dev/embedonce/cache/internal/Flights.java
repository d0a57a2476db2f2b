package dev.embedonce.cache.internal;

import dev.embedonce.key.CacheKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** Single flight: which keys are being encoded in this process right now. Thread-safe. */
public final class Flights {
    private final ConcurrentMap<CacheKey, CompletableFuture<Found>> inFlight;
    private final AtomicLong landings = new AtomicLong();

    Flights() {
        this(new ConcurrentHashMap<>());
    }

    /** Kept in a map of the caller's, for tests. */
    Flights(ConcurrentMap<CacheKey, CompletableFuture<Found>> inFlight) {
        this.inFlight = inFlight;
    }

    /** Grows whenever a flight has landed: if it has not moved since a look-up, that look-up still holds. */
    public long landings() {
        return landings.get();
    }

    /**
     * Claims a key.
     *
     * @return {@code mine} if the key was free, and it is then the caller's duty to {@link #land} it; otherwise the
     *     flight to wait for
     */
    public CompletableFuture<Found> claim(CacheKey key, CompletableFuture<Found> mine) {
        CompletableFuture<Found> other = inFlight.putIfAbsent(key, mine);
        return other == null ? mine : other;
    }

    /** Ends the caller's flight with an answer. */
    public void land(CacheKey key, CompletableFuture<Found> mine, Found found) {
        end(key, mine);
        mine.complete(found);
    }

    /** Ends the caller's flight without one. Nothing happens to a flight that has landed. */
    public void fail(CacheKey key, CompletableFuture<Found> mine, RuntimeException error) {
        end(key, mine);
        mine.completeExceptionally(error);
    }

    private void end(CacheKey key, CompletableFuture<Found> mine) {
        if (inFlight.get(key) == mine) {
            landings.incrementAndGet(); // before the key is free: whoever claims it next has to see that it landed
            inFlight.remove(key, mine);
        }
    }
}
