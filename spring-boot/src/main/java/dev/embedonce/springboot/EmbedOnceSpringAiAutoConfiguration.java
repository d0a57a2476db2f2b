package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.springai.EmbedOnceChatModel;
import dev.embedonce.springai.EmbedOnceDocumentEmbeddingModel;
import dev.embedonce.springai.EmbedOnceEmbeddingModel;
import org.springframework.ai.model.SpringAIModelProperties;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Spring AI's models over the encoders and the engine that there are. Where an application has models of several
 * providers, Spring AI's own properties choose among them, such as {@code spring.ai.model.chat}; we are
 * {@code embedonce} there.
 */
@AutoConfiguration(
        after = {
            EmbedOnceCacheAutoConfiguration.class,
            EmbedOnceEncoderAutoConfiguration.class,
            EmbedOnceChatAutoConfiguration.class
        },
        beforeName = "org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration")
@ConditionalOnClass(EmbedOnceChatModel.class)
public final class EmbedOnceSpringAiAutoConfiguration {
    static final String US = "embedonce";

    @Bean
    @ConditionalOnBean(ChatEngine.class)
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = SpringAIModelProperties.CHAT_MODEL, havingValue = US, matchIfMissing = true)
    EmbedOnceChatModel embedOnceChatModel(ChatEngine engine) {
        return EmbedOnceChatModel.builder().engine(engine).build();
    }

    @Bean
    @ConditionalOnBean(TextEncoder.class)
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = SpringAIModelProperties.EMBEDDING_MODEL, havingValue = US, matchIfMissing = true)
    EmbedOnceEmbeddingModel embedOnceEmbeddingModel(FeatureCache cache, TextEncoder texts) {
        return new EmbedOnceEmbeddingModel(cache, texts);
    }

    @Bean
    @ConditionalOnBean(ImageEncoder.class)
    @ConditionalOnMissingBean
    @ConditionalOnProperty(
            name = SpringAIModelProperties.MULTI_MODAL_EMBEDDING_MODEL,
            havingValue = US,
            matchIfMissing = true)
    EmbedOnceDocumentEmbeddingModel embedOnceDocumentEmbeddingModel(
            FeatureCache cache, ImageEncoder images, ObjectProvider<TextEncoder> texts) {
        return new EmbedOnceDocumentEmbeddingModel(cache, images, texts.getIfAvailable());
    }
}
