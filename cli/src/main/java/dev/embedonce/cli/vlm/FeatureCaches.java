package dev.embedonce.cli.vlm;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.model.UserFolders;
import dev.embedonce.store.Stores;

/** Caches of picture features. */
final class FeatureCaches {
    private static final long MOST_HEAP_BYTES = 256L << 20;

    private FeatureCaches() {}

    /** The cache that a URL names. */
    static FeatureCache open(String url) {
        long heap = Runtime.getRuntime().maxMemory();
        return FeatureCache.over(Stores.open(url))
                .heapBytes(Math.min(MOST_HEAP_BYTES, heap / 4))
                .build();
    }

    /** The default store of features: files in the cache folder, up to 8 GB. */
    static String defaultUrl() {
        return "files:" + UserFolders.cache().resolve("vision-features") + "?max-bytes=8GB";
    }
}
