package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** What the health endpoint says of us, as {@code embedonce}. */
@AutoConfiguration(after = {EmbedOnceCacheAutoConfiguration.class, EmbedOnceChatAutoConfiguration.class})
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(FeatureCache.class)
@ConditionalOnEnabledHealthIndicator("embedonce")
public final class EmbedOnceHealthAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean(name = "embedonceHealthIndicator")
    HealthIndicator embedonceHealthIndicator(ObjectProvider<FeatureCache> caches, ObjectProvider<ChatEngine> engines) {
        return new EmbedOnceHealthIndicator(
                caches.stream().toList(), engines.stream().toList());
    }
}
