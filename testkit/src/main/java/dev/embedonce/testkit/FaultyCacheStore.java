package dev.embedonce.testkit;

import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store in front of another that fails on demand: it refuses calls, fails in the middle of a batch, or is slow. Every
 * fault is a {@link StoreUnavailableException}, as the contract demands. Thread-safe; closing it closes the other one.
 */
public final class FaultyCacheStore implements CacheStore {
    private final CacheStore store;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger toFail = new AtomicInteger();
    private final AtomicInteger breakOffAfter = new AtomicInteger(-1);
    private volatile boolean down;
    private volatile Duration delay = Duration.ZERO;

    public FaultyCacheStore(CacheStore store) {
        this.store = store;
    }

    /** The next {@code count} calls fail and do nothing. */
    public void failNext(int count) {
        toFail.set(count);
    }

    /** Sets whether every call fails. */
    public void setDown(boolean down) {
        this.down = down;
    }

    /** The next batch is done for its first {@code entries} entries, then the connection is lost. */
    public void breakOffNextBatchAfter(int entries) {
        breakOffAfter.set(entries);
    }

    /** Every call takes this much longer. */
    public void setDelay(Duration delay) {
        this.delay = delay;
    }

    /** Calls so far, those of leases included, failed or not. */
    public int calls() {
        return calls.get();
    }

    private void enter(String method) {
        calls.incrementAndGet();
        long end = System.nanoTime() + delay.toNanos();
        for (long left = delay.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        if (down || toFail.getAndUpdate(count -> Math.max(0, count - 1)) > 0) {
            throw new StoreUnavailableException("refused on purpose: " + method);
        }
    }

    /** How much of a batch of {@code size} to do, or null for all of it. */
    private @Nullable Integer part(int size) {
        int after = breakOffAfter.getAndSet(-1);
        return after < 0 ? null : Math.min(after, size);
    }

    private <T> T batch(String method, Collection<CacheKey> keys, Function<Collection<CacheKey>, T> call) {
        enter(method);
        Integer part = part(keys.size());
        if (part == null) {
            return call.apply(keys);
        }
        Object lost = call.apply(new ArrayList<>(keys).subList(0, part));
        throw new StoreUnavailableException("the connection was lost on purpose: " + method + ", after " + part + " of "
                + keys.size() + "; its answer was " + lost);
    }

    private static Map<CacheKey, Stored.Sealed> only(Map<CacheKey, Stored.Sealed> records, Collection<CacheKey> keys) {
        Map<CacheKey, Stored.Sealed> some = new LinkedHashMap<>();
        records.forEach((key, record) -> {
            if (keys.contains(key)) {
                some.put(key, record);
            }
        });
        return some;
    }

    @Override
    public String description() {
        return "faulty " + store.description();
    }

    @Override
    public StoreCapabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        return batch("getAll", keys, store::getAll);
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        return batch("putAllIfAbsent", records.keySet(), keys -> store.putAllIfAbsent(only(records, keys)));
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        batch("replaceAll", records.keySet(), keys -> {
            store.replaceAll(only(records, keys));
            return keys.size();
        });
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        return batch("removeAll", keys, store::removeAll);
    }

    @Override
    public StoreScan scan(Selection selection) {
        enter("scan");
        return store.scan(selection);
    }

    @Override
    public StoreStats stats() {
        enter("stats");
        return store.stats();
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        enter("addCounters");
        store.addCounters(deltas);
    }

    @Override
    public Map<String, Long> counters() {
        enter("counters");
        return store.counters();
    }

    @Override
    public Optional<LeaseTable> leases() {
        return store.leases().map(FaultyLeases::new);
    }

    @Override
    public void close() {
        store.close();
    }

    private final class FaultyLeases implements LeaseTable {
        private final LeaseTable leases;

        FaultyLeases(LeaseTable leases) {
            this.leases = leases;
        }

        @Override
        public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
            return batch("tryAcquire", keys, some -> leases.tryAcquire(some, owner, duration));
        }

        @Override
        public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
            return batch("renew", keys, some -> leases.renew(some, owner, duration));
        }

        @Override
        public void release(Collection<CacheKey> keys, String owner) {
            batch("release", keys, some -> {
                leases.release(some, owner);
                return List.of();
            });
        }
    }
}
