package dev.embedonce.store.redis;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreProvider;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.StoreRisks;
import java.util.Set;

/**
 * Opens {@code redis://[user:password@]host[:port][/database]} and, with TLS, {@code rediss://}. Options: {@code ttl},
 * how long an entry is kept; {@code prefix} of all keys; {@code allow-eviction=true}, to use a server that drops
 * entries when it is full; {@code timeout}; {@code ca}, a PEM file of certificates to trust. Without a password in the
 * URL, REDIS_PASSWORD or REDISCLI_AUTH of the environment is used.
 */
public final class RedisStoreProvider implements StoreProvider {
    @Override
    public Set<String> schemes() {
        return Set.of("redis", "rediss");
    }

    @Override
    public CacheStore open(StoreUrl url) {
        RedisSettings settings = RedisSettings.of(url, System::getenv);
        StoreRisks.warnOnce(settings.risk());
        return RedisCacheStore.open(settings);
    }
}
