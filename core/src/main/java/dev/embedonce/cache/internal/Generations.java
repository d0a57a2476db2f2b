package dev.embedonce.cache.internal;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Deletions;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Begins a new {@link Generation} after every deletion: after this cache's own at once, after those of others when a
 * look at the store's number shows them. The store is asked once an interval, and around every write. A store that does
 * not answer is taken to have deleted nothing. Thread-safe.
 */
public final class Generations {
    private final CacheStore store;
    private final StoreGuard guard;
    private final LongAdder failures;
    private final long intervalNanos;
    private final ReentrantLock asking = new ReentrantLock();
    /**
     * Shared by writes; a deletion of our own waits for those under way and lets no other one in before it is
     * announced.
     */
    private final ReentrantReadWriteLock writes = new ReentrantReadWriteLock();

    private volatile long askedNanos;
    private volatile Generation current;

    public Generations(CacheStore store, StoreGuard guard, LongAdder failures, Duration interval, long heapBytes) {
        this.store = store;
        this.guard = guard;
        this.failures = failures;
        this.intervalNanos = interval.toNanos();
        this.current = Generation.first(heapBytes);
    }

    /** The present one, as it was at the last look. */
    public Generation current() {
        return current;
    }

    /**
     * The present one, after a look at the store if the last look is an interval ago. One thread looks, others go on
     * meanwhile.
     */
    public Generation look() {
        if (current.deletions() == Generation.UNKNOWN) {
            return lookNow();
        }
        if (System.nanoTime() - askedNanos >= intervalNanos && asking.tryLock()) {
            try {
                return lookNow();
            } finally {
                asking.unlock();
            }
        }
        return current;
    }

    /** The present one, after a look at the store. */
    public Generation lookNow() {
        asking.lock();
        try {
            long now = System.nanoTime();
            Long deletions = guard.read(failures, 0, Deletions::number);
            if (deletions != null && deletions != current.deletions()) {
                current = current.next(deletions);
            }
            askedNanos = now;
            return current;
        } finally {
            asking.unlock();
        }
    }

    /**
     * Writes the results of a load that began in {@code since}, unless something has been deleted since then. What
     * another process deletes during the write is noticed after it, and the write undone.
     */
    void write(Generation since, Runnable write, Runnable undo) {
        writes.readLock().lock();
        try {
            if (lookNow().number() == since.number()) {
                write.run();
                if (lookNow().number() != since.number()) {
                    undo.run();
                }
            }
        } finally {
            writes.readLock().unlock();
        }
    }

    /**
     * Deletes, so that nothing of it is known here when this returns, and that no load that has begun brings any of it
     * back.
     */
    public <T> T delete(Supplier<T> removal) {
        writes.writeLock().lock();
        try {
            announce();
        } finally {
            writes.writeLock().unlock();
        }
        try {
            return removal.get();
        } finally {
            announce();
        }
    }

    private void announce() {
        try {
            Deletions.announce(store);
        } finally {
            clear();
        }
    }

    /** Forgets what is in memory. */
    public void clear() {
        asking.lock();
        try {
            current = current.next(Generation.UNKNOWN);
        } finally {
            asking.unlock();
        }
    }
}
