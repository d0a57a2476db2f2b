package dev.embedonce.store.files;

import dev.embedonce.error.StoreUrlException;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import java.nio.file.InvalidPathException;
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
        if (url.rest().isEmpty()) {
            throw new StoreUrlException("the files store is written 'files:FOLDER'; the folder is missing");
        }
        Path folder;
        try {
            folder = Path.of(url.rest());
        } catch (InvalidPathException e) {
            throw new StoreUrlException("not a path: '" + url.rest() + "'", e);
        }
        String maxBytes = url.option("max-bytes", "");
        long bound = maxBytes.isEmpty() ? FilesCacheStore.UNBOUNDED : StoreUrl.parseBytes("max-bytes", maxBytes);
        if (bound < ByteBound.MIN_BYTES) {
            throw new StoreUrlException("max-bytes is at least " + ByteBound.MIN_BYTES + "; found '" + maxBytes + "'");
        }
        return FilesCacheStore.open(folder, flag(url, "fsync"), bound);
    }

    private static boolean flag(StoreUrl url, String name) {
        String value = url.option(name, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new StoreUrlException(name + " is true or false; found '" + value + "'");
        }
        return value.equals("true");
    }
}
