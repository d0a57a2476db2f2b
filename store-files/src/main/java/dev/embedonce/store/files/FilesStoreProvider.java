package dev.embedonce.store.files;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.UrlOptions;
import java.nio.file.Path;
import java.util.Set;

/**
 * Opens {@code files:FOLDER[?fsync=true&max-bytes=20GB]}. {@code fsync} makes acknowledged entries survive a power cut;
 * {@code max-bytes} drops the least recently used entries when the folder grows past it.
 */
public final class FilesStoreProvider implements StoreProvider {
    @Override
    public Set<String> schemes() {
        return Set.of("files");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        url.requireOnly("fsync", "max-bytes");
        Path folder = UrlOptions.path(url, "folder", "cache");
        String maxBytes = url.option("max-bytes", "");
        long bound = maxBytes.isEmpty() ? FilesCacheStore.UNBOUNDED : StoreUrl.parseBytes("max-bytes", maxBytes);
        if (bound < ByteBound.MIN_BYTES) {
            throw new StoreUrlException("max-bytes is at least " + ByteBound.MIN_BYTES + "; found '" + maxBytes + "'");
        }
        return FilesCacheStore.open(folder, UrlOptions.flag(url, "fsync"), bound);
    }
}
