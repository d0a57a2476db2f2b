package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import java.util.List;
import java.util.Set;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the stores answer and the engines run. Asks each store for one key, under which nothing is ever kept.
 * Thread-safe.
 */
final class EmbedOnceHealthIndicator extends AbstractHealthIndicator {
    private static final CacheKey NOTHING = new CacheKey(
            "embedonce.health", "embedonce.health", ContentHasher.sha256().hash(new byte[0]));

    private final List<CacheStore> stores;
    private final List<ChatEngine> engines;

    EmbedOnceHealthIndicator(List<FeatureCache> caches, List<ChatEngine> engines) {
        super("a store of EmbedOnce does not answer");
        this.stores = caches.stream().map(FeatureCache::store).distinct().toList();
        this.engines = List.copyOf(engines);
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up();
        builder.withDetail(
                "stores", stores.stream().map(CacheStore::description).toList());
        for (ChatEngine engine : engines) {
            builder.withDetail(engine.name(), engine.isAlive() ? "open" : "closed");
            if (!engine.isAlive()) {
                builder.down();
            }
        }
        stores.forEach(store -> store.getAll(Set.of(NOTHING)));
    }
}
