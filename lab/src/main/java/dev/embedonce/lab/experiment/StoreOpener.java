package dev.embedonce.lab.experiment;

import dev.embedonce.store.CacheStore;

/** Opens empty stores for experiments. */
@FunctionalInterface
public interface StoreOpener {
    /**
     * A new, empty store.
     *
     * @param scheme its kind: {@code sqlite} or {@code duckdb}
     * @param name unique in the run
     */
    CacheStore open(String scheme, String name);
}
