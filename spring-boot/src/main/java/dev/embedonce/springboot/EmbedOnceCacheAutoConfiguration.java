package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Stores;
import java.nio.file.Path;
import java.util.Objects;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The store that {@code embedonce.store} names, and a cache over it. Both are closed with the application. */
@AutoConfiguration
@ConditionalOnProperty("embedonce.store")
@EnableConfigurationProperties(EmbedOnceProperties.class)
public final class EmbedOnceCacheAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean({CacheStore.class, FeatureCache.class})
    CacheStore embedOnceStore(EmbedOnceProperties properties) {
        return EmbedOncePropertyException.from(
                "embedonce.store",
                "Correct embedonce.store. A kind of store is known if its module is a dependency, such as "
                        + "embedonce-store-sqlite for sqlite:cache.db.",
                () -> Stores.open(Objects.requireNonNull(properties.store())));
    }

    @Bean
    @ConditionalOnMissingBean
    FeatureCache embedOnceCache(CacheStore store, EmbedOnceProperties properties) {
        EmbedOnceProperties.Cache settings = properties.cache();
        return EmbedOncePropertyException.from("embedonce.cache", "Correct the properties of embedonce.cache.", () -> {
            Path keys = settings.sealKeys();
            return FeatureCache.over(store)
                    .heapBytes(settings.heap().toBytes())
                    .followDeletions(settings.followDeletions())
                    .sealKeys(keys == null ? null : SealKeys.read(keys))
                    .trustForeign(settings.trustForeign())
                    .build();
        });
    }
}
