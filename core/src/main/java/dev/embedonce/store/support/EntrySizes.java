package dev.embedonce.store.support;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import java.util.Map;

/** Refuses what is too large for a store. Stateless. */
public final class EntrySizes {
    private EntrySizes() {}

    /**
     * Lets a batch pass whose every record is within {@link dev.embedonce.store.StoreCapabilities#maxEntryBytes}.
     *
     * @throws IllegalArgumentException if one is larger
     */
    public static void require(CacheStore store, Map<CacheKey, Stored.Sealed> records) {
        long max = store.capabilities().maxEntryBytes();
        records.forEach((key, record) -> {
            if (record.sizeBytes() > max) {
                throw new IllegalArgumentException(store.description() + " takes entries of at most " + max
                        + " bytes; the one of content " + key.contentHash() + " has " + record.sizeBytes());
            }
        });
    }
}
