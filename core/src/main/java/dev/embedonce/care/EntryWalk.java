package dev.embedonce.care;

import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Embedding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Goes through the entries of a store, verified, a batch at a time. Stateless. */
public final class EntryWalk {
    private final CacheStore store;
    private final EntryCodec codec;

    private EntryWalk(CacheStore store, EntryCodec codec) {
        this.store = store;
        this.codec = codec;
    }

    public static EntryWalk over(CacheStore store, EntryCodec codec) {
        return new EntryWalk(store, codec);
    }

    /** Hands every selected entry, of whatever kind, to {@code action}. */
    public void forEach(Selection selection, CareProgress progress, BiConsumer<CacheKey, Lookup> action) {
        long total = store.stats().entries();
        long[] done = {0};
        KeyBatches.forEach(store, selection, info -> true, batch -> {
            List<CacheKey> keys = batch.stream().map(StoredInfo::key).toList();
            Map<CacheKey, Stored> found = store.getAll(keys);
            for (CacheKey key : keys) {
                Stored stored = found.get(key);
                if (stored != null) {
                    action.accept(key, codec.decode(key, stored));
                }
            }
            done[0] += keys.size();
            progress.at(done[0], total);
        });
    }

    /** The first selected entry that is a vector. */
    public Optional<Embedding> firstVector(Selection selection) {
        try (StoreScan scan = store.scan(selection)) {
            while (scan.hasNext()) {
                CacheKey key = scan.next().key();
                Stored stored = store.getAll(List.of(key)).get(key);
                if (stored != null
                        && codec.decode(key, stored) instanceof Lookup.Hit hit
                        && hit.entry().isEmbedding()) {
                    return Optional.of(hit.entry().embedding());
                }
            }
        }
        return Optional.empty();
    }
}
