package dev.embedonce.cache.internal;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches of records: the first writer of a key wins, what is not an answer is replaced, and a differing second
 * write is counted. What comes of a load that began before a deletion is not written. Thread-safe.
 */
public final class EntryWriter {
    private static final Logger LOG = LoggerFactory.getLogger(EntryWriter.class);

    private final Generations generations;
    private final StoreGuard store;
    private final EntryCodec codec;
    private final boolean trustForeign;
    private final long maxEntryBytes;
    private final CacheCounters counters;

    public EntryWriter(
            Generations generations,
            StoreGuard store,
            EntryCodec codec,
            boolean trustForeign,
            long maxEntryBytes,
            CacheCounters counters) {
        this.generations = generations;
        this.store = store;
        this.codec = codec;
        this.trustForeign = trustForeign;
        this.maxEntryBytes = maxEntryBytes;
        this.counters = counters;
    }

    /**
     * Writes {@code records}.
     *
     * @param since the generation in which their load began
     * @param unusable those of them that have to replace what is there
     * @return for keys that another writer had filled with another value in the meantime: that value
     */
    Map<CacheKey, Entry> write(Generation since, Map<CacheKey, Stored.Sealed> records, Set<CacheKey> unusable) {
        long start = System.nanoTime();
        Map<CacheKey, Entry> first = new HashMap<>();
        generations.write(since, () -> first.putAll(write(records, unusable)), () -> undo(records.keySet()));
        counters.storeNanos.add(System.nanoTime() - start);
        return first;
    }

    /** Removes what was written, even if somebody wrote it first: that costs an encoding. */
    private void undo(Set<CacheKey> keys) {
        store.write(counters.storeWriteFailures, keys.size(), s -> s.removeAll(keys));
    }

    private Map<CacheKey, Entry> write(Map<CacheKey, Stored.Sealed> records, Set<CacheKey> unusable) {
        Map<CacheKey, Stored.Sealed> fresh = new LinkedHashMap<>();
        Map<CacheKey, Stored.Sealed> replacing = new LinkedHashMap<>();
        records.forEach((key, record) -> {
            if (record.sizeBytes() > maxEntryBytes) {
                LOG.warn("an entry of {} bytes is too large for the store and is not kept", record.sizeBytes());
                counters.storeWriteFailures.increment();
            } else {
                (unusable.contains(key) ? replacing : fresh).put(key, record);
            }
        });
        replace(replacing);
        return fresh.isEmpty() ? Map.of() : putIfAbsent(fresh);
    }

    private void replace(Map<CacheKey, Stored.Sealed> records) {
        if (records.isEmpty()) {
            return;
        }
        Boolean done = store.write(counters.storeWriteFailures, records.size(), s -> {
            s.replaceAll(records);
            return true;
        });
        if (done != null) {
            counters.healed.add(records.size());
        }
    }

    private Map<CacheKey, Entry> putIfAbsent(Map<CacheKey, Stored.Sealed> records) {
        Set<CacheKey> present =
                store.write(counters.storeWriteFailures, records.size(), s -> s.putAllIfAbsent(records));
        if (present == null || present.isEmpty()) {
            return Map.of();
        }
        Map<CacheKey, Stored> there = store.read(counters.storeReadFailures, present.size(), s -> s.getAll(present));
        return there == null ? Map.of() : settle(records, there);
    }

    private Map<CacheKey, Entry> settle(Map<CacheKey, Stored.Sealed> records, Map<CacheKey, Stored> there) {
        Map<CacheKey, Entry> first = new HashMap<>();
        Map<CacheKey, Stored.Sealed> heal = new LinkedHashMap<>();
        there.forEach((key, stored) -> {
            Stored.Sealed ours = records.get(key);
            Lookup lookup = codec.decode(key, stored);
            if (ours == null || lookup instanceof Lookup.Link || (lookup instanceof Lookup.Foreign && trustForeign)) {
                return;
            }
            if (!(lookup instanceof Lookup.Hit theirs)) {
                heal.put(key, ours);
            } else if (codec.decode(key, ours) instanceof Lookup.Hit mine
                    && !mine.entry().tensors().equals(theirs.entry().tensors())) {
                counters.conflicts.increment();
                first.put(key, theirs.entry());
            }
        });
        replace(heal);
        return first;
    }
}
