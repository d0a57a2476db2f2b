package dev.embedonce.cache;

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

/**
 * This process's leases on keys it is encoding, renewed by a daemon thread while they are held, so that other processes on the same store do
 * not encode the same content meanwhile. Without a lease table, or when the store does not answer, every key is free. Thread-safe.
 */
final class Leases implements AutoCloseable {
    private final StoreGuard store;
    private final @Nullable Duration duration;
    private final String owner = UUID.randomUUID().toString();
    private final Set<CacheKey> held = ConcurrentHashMap.newKeySet();
    private final LongAdder failures = new LongAdder();
    private @Nullable ScheduledExecutorService renewer;

    /**
     * Leases on the store behind {@code store}.
     *
     * @param duration how long a lease outlives its holder; null to work without leases
     */
    Leases(StoreGuard store, @Nullable Duration duration) {
        this.store = store;
        this.duration = duration;
    }

    /** Whether other processes can hold any. */
    boolean inUse() {
        return duration != null;
    }

    /** The keys we may encode now. */
    Set<CacheKey> acquire(Collection<CacheKey> keys) {
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
        held.addAll(mine);
        startRenewing();
        return mine;
    }

    void release(Collection<CacheKey> keys) {
        if (duration == null || keys.isEmpty()) {
            return;
        }
        held.removeAll(Set.copyOf(keys));
        withTable(table -> table.release(keys, owner));
    }

    private void renew() {
        Set<CacheKey> keys = Set.copyOf(held);
        if (!keys.isEmpty() && duration != null) {
            withTable(table -> table.renew(keys, owner, duration));
        }
    }

    private void withTable(Consumer<LeaseTable> action) {
        store.read(failures, 1, s -> {
            s.leases().ifPresent(action);
            return true;
        });
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
        var unused = scheduler.scheduleWithFixedDelay(this::renew, period, period, TimeUnit.MILLISECONDS);
        renewer = scheduler;
    }

    @Override
    public synchronized void close() {
        if (renewer != null) {
            renewer.shutdownNow();
        }
        release(Set.copyOf(held));
    }
}
