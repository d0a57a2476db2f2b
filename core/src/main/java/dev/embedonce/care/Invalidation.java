package dev.embedonce.care;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Deletions;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;

/**
 * Forgets the selected entries, in batches, and has every cache over the store forget them too ({@link Deletions}).
 * Broken off in the middle, it has forgotten some.
 */
public final class Invalidation {
    private final CacheStore store;
    private long removed;

    public Invalidation(CacheStore store) {
        this.store = store;
    }

    /**
     * Removes them.
     *
     * @return how many there were
     */
    public long run(Selection selection, CareProgress progress) {
        return Deletions.run(store, () -> {
            removed = 0;
            long total = store.stats().entries();
            KeyBatches.forEach(store, selection, info -> true, batch -> {
                removed += store.removeAll(batch.stream().map(StoredInfo::key).toList());
                progress.at(removed, total);
            });
            return removed;
        });
    }
}
