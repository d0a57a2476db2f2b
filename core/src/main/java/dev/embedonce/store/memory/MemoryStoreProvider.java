package dev.embedonce.store.memory;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import java.util.Set;

/** Opens {@code memory:}. */
public final class MemoryStoreProvider implements StoreProvider {
    /** For {@link java.util.ServiceLoader}. */
    public MemoryStoreProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("memory");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        url.requireOnly();
        if (!url.rest().isEmpty()) {
            throw new StoreUrlException("the memory store is written 'memory:'; found 'memory:" + url.rest() + "'");
        }
        return new MemoryStore();
    }
}
