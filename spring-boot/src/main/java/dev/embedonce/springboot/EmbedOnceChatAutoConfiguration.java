package dev.embedonce.springboot;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.DeletionWatch;
import dev.embedonce.engine.PictureListener;
import dev.embedonce.engine.schedule.EngineListener;
import dev.embedonce.engine.schedule.EngineOptions;
import dev.embedonce.hub.Hub;
import dev.embedonce.hub.HubProgress;
import dev.embedonce.hub.HubSettings;
import dev.embedonce.vlm.ChatModelFiles;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The vision-language model that {@code embedonce.chat.model} names, and an engine over it. They are closed in order:
 * first the engine, which ends what is under way, then the model, then the cache. Beans of {@link ModelOptions} and
 * {@link EngineOptions} replace the properties, and beans of {@link EngineListener} and {@link PictureListener} are
 * told what the engine does.
 */
@AutoConfiguration
@ConditionalOnProperty("embedonce.chat.model")
@EnableConfigurationProperties(EmbedOnceProperties.class)
public final class EmbedOnceChatAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    ModelOptions embedOnceModelOptions(EmbedOnceProperties properties) {
        EmbedOnceProperties.Chat chat = properties.chat();
        Integer threads = chat.threads();
        return options(() -> {
            ModelOptions.Builder options = ModelOptions.builder()
                    .device(chat.device())
                    .languageMode(chat.dtype())
                    .towerMode(chat.towerDtype());
            return (threads == null ? options : options.threads(threads)).build();
        });
    }

    @Bean
    @ConditionalOnMissingBean
    EngineOptions embedOnceEngineOptions(EmbedOnceProperties properties) {
        EmbedOnceProperties.Chat chat = properties.chat();
        return options(() -> EngineOptions.DEFAULT
                .withRows(chat.maxSequences())
                .withWaiting(chat.maxQueue())
                .withContextTokens(chat.context())
                .withTimeout(chat.timeout()));
    }

    private static <T> T options(Supplier<T> options) {
        return EmbedOncePropertyException.from("embedonce.chat", "Correct the properties of embedonce.chat.", options);
    }

    @Bean
    @ConditionalOnMissingBean
    VisionLanguageModel embedOnceVisionLanguageModel(EmbedOnceProperties properties, ModelOptions options) {
        return EmbedOncePropertyException.from(
                "embedonce.chat.model",
                "Set embedonce.chat.model to a folder with a vision-language model's files, or to organisation/name on "
                        + "the hub.",
                () -> VisionLanguageModel.load(
                        new Hub(HubSettings.fromEnvironment(), HubProgress.NONE)
                                .find(model(properties), new ChatModelFiles()),
                        options));
    }

    @Bean
    @ConditionalOnMissingBean
    ChatEngine embedOnceChatEngine(
            VisionLanguageModel model,
            FeatureCache cache,
            EngineOptions options,
            EmbedOnceProperties properties,
            ObjectProvider<EngineListener> listener,
            ObjectProvider<PictureListener> pictures) {
        String name = properties.chat().name();
        return ChatEngine.over(model, cache)
                .name(name == null ? lastPart(model(properties)) : name)
                .options(options)
                .listener(listener.getIfAvailable(() -> EngineListener.NONE))
                .pictures(pictures.getIfAvailable(() -> PictureListener.NONE))
                .open();
    }

    /** Frees at once what the engine keeps of deleted pictures. */
    @Bean
    @ConditionalOnMissingBean
    DeletionWatch embedOnceDeletionWatch(FeatureCache cache, ChatEngine engine) {
        return new DeletionWatch(cache, engine::forget);
    }

    private static String model(EmbedOnceProperties properties) {
        return Objects.requireNonNull(properties.chat().model());
    }

    private static String lastPart(String model) {
        return String.valueOf(Path.of(model).normalize().getFileName());
    }
}
