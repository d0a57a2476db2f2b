package dev.embedonce.springboot;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import java.util.Objects;
import java.util.function.BiFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * The encoder of pictures that {@code embedonce.encoder.model} names, and with {@code embedonce.encoder.text} its text
 * side. A bean of {@link EncoderOptions} replaces the other properties of {@code embedonce.encoder}.
 */
@AutoConfiguration
@ConditionalOnProperty("embedonce.encoder.model")
@EnableConfigurationProperties(EmbedOnceProperties.class)
public final class EmbedOnceEncoderAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean
    EncoderOptions embedOnceEncoderOptions(EmbedOnceProperties properties) {
        EmbedOnceProperties.Encoder encoder = properties.encoder();
        Integer threads = encoder.threads();
        return EmbedOncePropertyException.from(
                "embedonce.encoder",
                "Correct the properties of embedonce.encoder.",
                () -> EncoderOptions.builder()
                        .device(encoder.device())
                        .threads(threads == null ? Runtime.getRuntime().availableProcessors() : threads)
                        .batchSize(encoder.batchSize())
                        .numericMode(encoder.dtype())
                        .normalize(encoder.normalize())
                        .build());
    }

    @Bean
    @ConditionalOnMissingBean
    ImageEncoder embedOnceImageEncoder(EmbedOnceProperties properties, EncoderOptions options) {
        return open(properties, options, ImageEncoders::open);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty("embedonce.encoder.text")
    TextEncoder embedOnceTextEncoder(EmbedOnceProperties properties, EncoderOptions options) {
        return open(properties, options, TextEncoders::open);
    }

    private static <T> T open(
            EmbedOnceProperties properties, EncoderOptions options, BiFunction<String, EncoderOptions, T> opener) {
        return EmbedOncePropertyException.from(
                "embedonce.encoder.model",
                "Set embedonce.encoder.model to 'default', to a folder with a model's files, or to organisation/name on "
                        + "the hub.",
                () -> opener.apply(Objects.requireNonNull(properties.encoder().model()), options));
    }
}
