package dev.embedonce.springai;

import dev.embedonce.error.CacheException;
import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.image.pixel.ImageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.springframework.ai.chat.metadata.Usage;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.EmbeddingResultMetadata;
import org.springframework.ai.embedding.EmbeddingResultMetadata.ModalityType;
import org.springframework.ai.embedding.EmbeddingResultMetadata.ModalityUtils;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.util.MimeTypeUtils;

/** What the cache answered, as Spring AI has it. The framework knows no part of a response that fails. */
final class Answers {
    private Answers() {}

    /**
     * All answers, or the error of the first input without one; the answers of the others are kept.
     *
     * @param usage what they cost
     * @param metadata of the input at a place
     */
    static EmbeddingResponse of(
            List<Outcome> outcomes, String model, Usage usage, IntFunction<EmbeddingResultMetadata> metadata) {
        List<Embedding> embeddings = new ArrayList<>(outcomes.size());
        List<Source> sources = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Failed failed) {
                throw error("inputs[" + i + "]: ", failed.error());
            }
            Outcome.Served served = (Outcome.Served) outcomes.get(i);
            embeddings.add(new Embedding(served.entry().embedding().toArray(), i, metadata.apply(i)));
            sources.add(served.source());
        }
        return new EmbeddingResponse(
                embeddings,
                new EmbeddingResponseMetadata(model, usage, Map.of(EmbedOnceMetadata.SOURCES, List.copyOf(sources))));
    }

    private static RuntimeException error(String input, RuntimeException error) {
        if (error instanceof EncoderUnavailableException && error.getCause() instanceof RuntimeException cause) {
            return cause;
        }
        return error instanceof CacheException
                        || error instanceof ImageException
                        || error instanceof IllegalArgumentException
                ? new NonTransientAiException(input + error.getMessage(), error)
                : error;
    }

    static EmbeddingResultMetadata metadata(Document document) {
        Media media = document.getMedia();
        return media == null
                ? new EmbeddingResultMetadata(document.getId(), ModalityType.TEXT, MimeTypeUtils.TEXT_PLAIN, null)
                : new EmbeddingResultMetadata(
                        document.getId(),
                        ModalityUtils.getModalityType(media.getMimeType()),
                        media.getMimeType(),
                        null);
    }

    /**
     * Refuses options that a model of one kind of vector cannot follow.
     *
     * @throws IllegalArgumentException naming the option
     */
    static void requireFits(EmbeddingOptions options, String model, int dimension) {
        if (options.getModel() != null && !options.getModel().equals(model)) {
            throw new IllegalArgumentException("options.model: expected " + model + "; found " + options.getModel());
        }
        if (options.getDimensions() != null && options.getDimensions() != dimension) {
            throw new IllegalArgumentException(
                    "options.dimensions: expected " + dimension + "; found " + options.getDimensions());
        }
    }
}
