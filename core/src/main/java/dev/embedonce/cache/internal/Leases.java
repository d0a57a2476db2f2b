package dev.embedonce.cache.internal;

import dev.embedonce.error.StoreInterruptedException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.LeaseTable;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's leases on keys it is encoding, renewed by a daemon thread while they are held, so that other processes
 * on the same store do not encode the same content meanwhile. Without a lease table, or when the store does not answer,
 * every key is free. What cannot be given back because the store does not answer is given back by that thread once it
 * does. Thread-safe.
 */
public final class Leases implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    private final StoreGuard store;
    private final @Nullable Duration duration;
    private final String owner = UUID.randomUUID().toString();
    private final Set<CacheKey> held = ConcurrentHashMap.newKeySet();

    /** What was to be released while the store did not answer. */
    private final Set<CacheKey> releasing = ConcurrentHashMap.newKeySet();

    private final LongAdder failures = new LongAdder();
    private @Nullable ScheduledExecutorService renewer;

    /**
     * Leases on the store behind {@code store}.
     *
     * @param duration how long a lease outlives its holder; null to work without leases
     */
    public Leases(StoreGuard store, @Nullable Duration duration) {
        this.store = store;
        this.duration = duration;
    }

    /** Who we are in the store's lease table. */
    String owner() {
        return owner;
    }

    /** Whether other processes can hold any. */
    public boolean inUse() {
        return duration != null;
    }

    /** The keys we may encode now. */
    public Set<CacheKey> acquire(Collection<CacheKey> keys) {
        if (duration == null) {
            return new LinkedHashSet<>(keys);
        }
        Set<CacheKey> mine = store.read(
                failures,
                1,
                s -> s.leases().map(l -> l.tryAcquire(keys, owner, duration)).orElse(null));
        if (mine == null) {
            return new LinkedHashSet<>(keys);
        }
        releasing.removeAll(mine);
        held.addAll(mine);
        startRenewing();
        return mine;
    }

    /** Gives leases back, now or as soon as the store answers. Does not fail an interrupted caller. */
    public void release(Collection<CacheKey> keys) {
        Set<CacheKey> ours = Set.copyOf(keys); // also those that we may have been given by an answer that got lost
        if (duration != null && !ours.isEmpty()) {
            releasing.addAll(ours);
            held.removeAll(ours);
            giveBack(ours);
            if (!releasing.isEmpty()) {
                startRenewing();
            }
        }
    }

    private void giveBack(Set<CacheKey> keys) {
        if (!keys.isEmpty() && withTable(table -> table.release(keys, owner))) {
            releasing.removeAll(keys);
        }
    }

    /**
     * Renews what is held and gives back what could not be given back before. A key that is taken again just now may
     * be lost: that costs time only.
     */
    void keepUp() {
        giveBack(Set.copyOf(releasing));
        Set<CacheKey> keys = Set.copyOf(held);
        if (!keys.isEmpty() && duration != null) {
            withTable(table -> table.renew(keys, owner, duration));
        }
    }

    /** What the renewing thread does: an exception would end it for good, and all leases with it. */
    private void keepUpWhateverHappens() {
        try {
            keepUp();
        } catch (RuntimeException | Error e) {
            LOG.warn("leases could not be renewed this time: {}", e.toString(), e);
        }
    }

    /** Whether {@code action} was done. */
    private boolean withTable(Consumer<LeaseTable> action) {
        try {
            return store.read(failures, 1, s -> {
                        s.leases().ifPresent(action);
                        return true;
                    })
                    != null;
        } catch (StoreInterruptedException e) {
            return false;
        }
    }

    private synchronized void startRenewing() {
        if (renewer != null || duration == null) {
            return;
        }
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "embedonce-lease-renewal");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(1, duration.toMillis() / 3);
        var unused =
                scheduler.scheduleWithFixedDelay(this::keepUpWhateverHappens, period, period, TimeUnit.MILLISECONDS);
        renewer = scheduler;
    }

    @Override
    public synchronized void close() {
        if (renewer != null) {
            renewer.shutdownNow();
        }
        releasing.addAll(held);
        held.clear();
        giveBack(Set.copyOf(releasing));
    }
}
