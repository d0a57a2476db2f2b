package dev.embedonce.cache.internal;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.feature.Source;
import dev.embedonce.key.CacheKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks keys up in the heap tier and then, in one batch, in the store; checks what it finds and follows links.
 * Thread-safe.
 */
public final class EntryReader {
    private static final Logger LOG = LoggerFactory.getLogger(EntryReader.class);

    private final StoreGuard store;
    private final EntryCodec codec;
    private final boolean trustForeign;
    private final CacheCounters counters;

    public EntryReader(StoreGuard store, EntryCodec codec, boolean trustForeign, CacheCounters counters) {
        this.store = store;
        this.codec = codec;
        this.trustForeign = trustForeign;
        this.counters = counters;
    }

    /**
     * What a look-up gave.
     *
     * @param answers by key
     * @param unusable keys under which something lies that is not an answer, and that a write has to replace
     */
    public record Answers(Map<CacheKey, Found> answers, Set<CacheKey> unusable) {
        public @Nullable Found get(CacheKey key) {
            return answers.get(key);
        }
    }

    /** Looks up any keys, without duplicates, and remembers in {@code heap} what the store has. */
    public Answers read(HeapTier heap, Collection<CacheKey> keys) {
        Answers result = new Answers(new HashMap<>(), new HashSet<>());
        Map<CacheKey, CacheKey> links = new LinkedHashMap<>();
        for (Map.Entry<CacheKey, Lookup> looked : lookup(heap, keys, result).entrySet()) {
            if (looked.getValue() instanceof Lookup.Link link) {
                links.put(looked.getKey(), looked.getKey().withContentHash(link.target()));
            } else {
                keep(heap, looked.getKey(), looked.getValue(), result);
            }
        }
        if (!links.isEmpty()) {
            follow(heap, links, result);
        }
        return result;
    }

    private Map<CacheKey, Lookup> lookup(HeapTier heap, Collection<CacheKey> keys, Answers result) {
        Collection<CacheKey> absent = fromHeap(heap, keys, result);
        if (absent.isEmpty()) {
            return Map.of();
        }
        Map<CacheKey, Stored> stored = store.read(counters.storeReadFailures, absent.size(), s -> s.getAll(absent));
        if (stored == null || stored.isEmpty()) {
            return Map.of();
        }
        Map<CacheKey, Lookup> looked = new HashMap<>();
        stored.forEach((key, value) -> looked.put(key, codec.decode(key, value)));
        return looked;
    }

    private static Collection<CacheKey> fromHeap(HeapTier heap, Collection<CacheKey> keys, Answers result) {
        Set<CacheKey> absent = new LinkedHashSet<>();
        for (CacheKey key : keys) {
            Found found = heap.get(key);
            if (found == null) {
                absent.add(key);
            } else {
                result.answers().put(key, found);
            }
        }
        return absent;
    }

    private void keep(HeapTier heap, CacheKey key, Lookup lookup, Answers result) {
        if (lookup instanceof Lookup.Hit hit) {
            remember(heap, key, new Found(hit.entry(), key, Source.STORE), result);
        } else if (lookup instanceof Lookup.Foreign foreign && trustForeign) {
            remember(heap, key, new Found(foreign.entry(), key, Source.FOREIGN), result);
        } else if (lookup instanceof Lookup.Foreign) {
            counters.foreignSkipped.increment();
            result.unusable().add(key);
        } else if (lookup instanceof Lookup.Corrupt corrupt) {
            reject(key, corrupt.reason(), corrupt.detail(), result);
        }
    }

    private static void remember(HeapTier heap, CacheKey key, Found found, Answers result) {
        heap.put(key, found);
        result.answers().put(key, found);
    }

    private void reject(CacheKey key, Corruption reason, String detail, Answers result) {
        LOG.debug("not an answer: {} ({}): {}", key, reason, detail);
        counters.corrupt(reason);
        result.unusable().add(key);
    }

    /** Links point at entries, never at links: one more look-up settles them all. */
    private void follow(HeapTier heap, Map<CacheKey, CacheKey> links, Answers result) {
        Answers targets = new Answers(new HashMap<>(), new HashSet<>());
        lookup(heap, new LinkedHashSet<>(links.values()), targets)
                .forEach((target, lookup) -> keep(heap, target, lookup, targets));
        links.forEach((key, target) -> {
            Found found = targets.get(target);
            if (found == null) {
                reject(
                        key,
                        Corruption.DANGLING_LINK,
                        "links to " + target.contentHash() + ", which is no answer",
                        result);
            } else {
                remember(heap, key, found, result);
            }
        });
        result.unusable().addAll(targets.unusable());
    }

    /** Looks one key up in the store as it is, without counting, remembering or following anything. */
    public @Nullable Lookup peek(CacheKey key) {
        Map<CacheKey, Stored> stored = store.read(counters.storeReadFailures, 1, s -> s.getAll(List.of(key)));
        Stored value = stored == null ? null : stored.get(key);
        return value == null ? null : codec.decode(key, value);
    }
}
