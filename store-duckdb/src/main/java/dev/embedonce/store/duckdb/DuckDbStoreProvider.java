package dev.embedonce.store.duckdb;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.UrlOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Opens {@code duckdb:PATH}. The one option is {@code memory-limit}, such as {@code
 * duckdb:cache.duckdb?memory-limit=4GB}: the most that DuckDB's own buffers take, otherwise a quarter of the machine's
 * memory.
 */
public final class DuckDbStoreProvider implements StoreProvider {
    private static final String MEMORY_LIMIT = "memory-limit";

    @Override
    public Set<String> schemes() {
        return Set.of("duckdb");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        return open(url, Clock.systemUTC());
    }

    static CacheStore open(StoreUrl url, Clock clock) {
        url.requireOnly(MEMORY_LIMIT);
        Path path = UrlOptions.path(url, "file", "cache.duckdb");
        String limit = url.option(MEMORY_LIMIT, "");
        OptionalLong memoryLimit =
                limit.isEmpty() ? OptionalLong.empty() : OptionalLong.of(StoreUrl.parseBytes(MEMORY_LIMIT, limit));
        return new DuckDbCacheStore(DuckDbFile.open(path, memoryLimit), clock);
    }
}
