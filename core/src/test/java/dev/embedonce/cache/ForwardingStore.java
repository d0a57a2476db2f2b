package dev.embedonce.cache;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Passes everything on. */
class ForwardingStore implements CacheStore {
    private final CacheStore inner;

    ForwardingStore(CacheStore inner) {
        this.inner = inner;
    }

    @Override
    public String description() {
        return inner.description();
    }

    @Override
    public StoreCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
        return inner.getAll(keys);
    }

    @Override
    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        return inner.putAllIfAbsent(records);
    }

    @Override
    public void replaceAll(Map<CacheKey, Stored.Sealed> records) {
        inner.replaceAll(records);
    }

    @Override
    public long removeAll(Collection<CacheKey> keys) {
        return inner.removeAll(keys);
    }

    @Override
    public StoreScan scan(Selection selection) {
        return inner.scan(selection);
    }

    @Override
    public StoreStats stats() {
        return inner.stats();
    }

    @Override
    public void addCounters(Map<String, Long> deltas) {
        inner.addCounters(deltas);
    }

    @Override
    public Map<String, Long> counters() {
        return inner.counters();
    }

    @Override
    public Optional<LeaseTable> leases() {
        return inner.leases();
    }

    @Override
    public void close() {
        inner.close();
    }
}
