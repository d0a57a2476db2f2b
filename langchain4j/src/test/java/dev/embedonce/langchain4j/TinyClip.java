package dev.embedonce.langchain4j;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.feature.FeatureProvider;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Both sides of a CLIP model with random weights. */
final class TinyClip implements AutoCloseable {
    final ImageEncoder images = ImageEncoders.open(folder(), EncoderOptions.defaults());
    final TextEncoder texts = TextEncoders.open(folder(), EncoderOptions.defaults());

    private static Path folder() {
        try {
            return Path.of(TinyClip.class.getResource("/models/clip").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    EmbedOnceEmbeddingModel.Builder model(FeatureProvider cache) {
        return EmbedOnceEmbeddingModel.builder()
                .cache(cache)
                .images(images)
                .texts(texts)
                .modelName("tiny-clip");
    }

    @Override
    public void close() {
        images.close();
        texts.close();
    }
}
