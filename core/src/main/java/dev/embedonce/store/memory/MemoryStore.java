package dev.embedonce.store.memory;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.store.support.OpenGuard;
import dev.embedonce.store.support.PagedScan;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Keeps everything on the heap for as long as the object lives: for tests and small jobs. Thread-safe. */
public final class MemoryStore implements CacheStore {
    private static final String DESCRIPTION = "memory:";

    private record Slot(Stored.Sealed value, Instant created) {}

    private record Lease(String owner, Instant taken, Instant expires) {
        boolean isOver(Instant now) {
            return !expires.isAfter(now) || taken.isAfter(now.plus(LeaseTable.CLOCK_TOLERANCE));
        }
    }

    private final Clock clock;
    private final OpenGuard guard = new OpenGuard(DESCRIPTION);
    private final ConcurrentMap<CacheKey, Slot> slots = new ConcurrentHashMap<>();
    private final ConcurrentMap<CacheKey, Lease> leases = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Long> counters = new ConcurrentHashMap<>();

    public MemoryStore() {
        this(Clock.systemUTC());
    }

    public MemoryStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public StoreCapabilities capabilities() {
        return new StoreCapabilities(false, false, Long.MAX_VALUE);
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        Map<CacheKey, Stored> found = new HashMap<>();
        for (CacheKey key : keys) {
            Slot slot = slots.get(key);
            if (slot != null) {
                found.put(key, slot.value());
            }
        }
        return found;
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        guard.requireOpen();
        Set<CacheKey> present = new HashSet<>();
        records.forEach((key, value) -> {
            if (slots.putIfAbsent(key, new Slot(value, clock.instant())) != null) {
                present.add(key);
            }
        });
        return present;
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        guard.requireOpen();
        records.forEach((key, value) -> slots.put(key, new Slot(value, clock.instant())));
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        guard.requireOpen();
        long removed = 0;
        for (CacheKey key : keys) {
            if (slots.remove(key) != null) {
                removed++;
            }
        }
        return removed;
    }

    @Override
    public StoreScan scan(Selection selection) {
        guard.requireOpen();
        List<StoredInfo> infos = slots.entrySet().stream()
                .filter(slot -> selection.matches(slot.getKey()))
                .map(slot -> new StoredInfo(
                        slot.getKey(),
                        slot.getValue().value().sizeBytes(),
                        slot.getValue().created()))
                .toList();
        Iterator<List<StoredInfo>> pages = List.of(infos).iterator();
        return new PagedScan(guard, () -> pages.hasNext() ? pages.next() : null);
    }

    @Override
    public StoreStats stats() {
        try (StoreScan all = scan(Selection.ALL)) {
            return StoreStats.of(all);
        }
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        guard.requireOpen();
        deltas.forEach((name, delta) -> counters.merge(name, delta, Long::sum));
    }

    @Override
    public Map<String, Long> counters() {
        guard.requireOpen();
        return Map.copyOf(counters);
    }

    @Override
    public Optional<LeaseTable> leases() {
        return Optional.of(new HeapLeases());
    }

    @Override
    public void close() {
        guard.close(slots::clear);
    }

    private final class HeapLeases implements LeaseTable {
        @Override
        public Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration) {
            guard.requireOpen();
            return take(keys, owner, duration, true);
        }

        @Override
        public Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration) {
            guard.requireOpen();
            return take(keys, owner, duration, false);
        }

        private Set<CacheKey> take(Collection<CacheKey> keys, String owner, Duration duration, boolean free) {
            Instant now = clock.instant();
            Map<CacheKey, Lease> mine = new LinkedHashMap<>();
            for (CacheKey key : keys) {
                Lease lease = leases.compute(key, (k, held) -> {
                    boolean own = held != null && held.owner().equals(owner);
                    boolean takeable = held == null || held.isOver(now);
                    return own || (free && takeable) ? new Lease(owner, now, now.plus(duration)) : held;
                });
                if (lease != null && lease.owner().equals(owner)) {
                    mine.put(key, lease);
                }
            }
            return Set.copyOf(mine.keySet());
        }

        @Override
        public void release(Collection<CacheKey> keys, String owner) {
            guard.requireOpen();
            keys.forEach(key ->
                    leases.computeIfPresent(key, (k, held) -> held.owner().equals(owner) ? null : held));
        }
    }
}
