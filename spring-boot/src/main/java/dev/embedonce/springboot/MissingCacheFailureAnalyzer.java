package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says which property gives a cache to those who need one. Comes before Spring Boot's own, which does not know. */
@Order(0)
final class MissingCacheFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {
    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        return cause.getClass() == NoSuchBeanDefinitionException.class && cause.getBeanType() == FeatureCache.class
                ? new FailureAnalysis(
                        "embedonce.store is not set, so there is no cache.",
                        "Set embedonce.store to a store's URL, such as sqlite:cache.db, or memory: for one that ends with "
                                + "the application; or define a bean of FeatureCache.",
                        cause)
                : null;
    }
}
