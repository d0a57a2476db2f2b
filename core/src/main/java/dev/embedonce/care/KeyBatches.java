package dev.embedonce.care;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoredInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Goes through a store's listing a batch at a time, bounded in entries and in bytes. */
final class KeyBatches {
    private static final int MAX_ENTRIES = 1_000;
    private static final long MAX_BYTES = 64L << 20;

    private KeyBatches() {}

    static void forEach(
            CacheStore store, Selection selection, Predicate<StoredInfo> wanted, Consumer<List<StoredInfo>> action) {
        try (StoreScan scan = store.scan(selection)) {
            List<StoredInfo> batch = new ArrayList<>();
            long bytes = 0;
            while (scan.hasNext()) {
                StoredInfo info = scan.next();
                if (!wanted.test(info)) {
                    continue;
                }
                batch.add(info);
                bytes += info.sizeBytes();
                if (batch.size() == MAX_ENTRIES || bytes >= MAX_BYTES) {
                    action.accept(List.copyOf(batch));
                    batch.clear();
                    bytes = 0;
                }
            }
            if (!batch.isEmpty()) {
                action.accept(List.copyOf(batch));
            }
        }
    }
}
