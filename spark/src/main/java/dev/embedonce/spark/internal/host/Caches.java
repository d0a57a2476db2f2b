package dev.embedonce.spark.internal.host;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.Stores;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** This process's caches, one a store: tasks are threads that share its connections. */
public final class Caches {
    private static final ConcurrentMap<String, FeatureCache> OPEN = new ConcurrentHashMap<>();

    private Caches() {}

    /** The cache over the store at {@code url}, open until the process ends. */
    public static FeatureCache open(String url) {
        return OPEN.computeIfAbsent(
                url, store -> FeatureCache.over(store(store)).build());
    }

    /** Store modules lie where this class does, which a thread of a pool may not see. */
    private static CacheStore store(String url) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(StoreProvider.class.getClassLoader());
        try {
            return Stores.open(url);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
