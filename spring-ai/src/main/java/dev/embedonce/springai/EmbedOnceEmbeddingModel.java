package dev.embedonce.springai;

import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.ai.chat.metadata.EmptyUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResultMetadata;

/**
 * Embeddings of texts by an encoder in this process, each text once: duplicates in a request, known texts and texts
 * that another thread encodes at this moment do not reach the encoder. Pictures are embedded by {@link
 * EmbedOnceDocumentEmbeddingModel}; vectors of the two sides of one model may be compared.
 *
 * <p>The metadata of responses name their {@link EmbedOnceMetadata#SOURCES}; there is no usage. A text that cannot be
 * embedded fails the whole call with a {@link org.springframework.ai.retry.NonTransientAiException}, since the
 * framework knows no part of a response that fails; what was encoded is kept. A document without a text is refused with
 * an {@link IllegalArgumentException}, and so are options of another model or other dimensions.
 *
 * <p>Whoever opened cache and encoder closes them, after this. Thread-safe.
 */
public final class EmbedOnceEmbeddingModel implements EmbeddingModel {
    private final FeatureProvider cache;
    private final TextEncoder texts;

    /** @param cache where vectors are kept: a cache, or a tenant's view of one */
    public EmbedOnceEmbeddingModel(FeatureProvider cache, TextEncoder texts) {
        this.cache = cache;
        this.texts = texts;
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        if (request.getOptions() != null) {
            Answers.requireFits(request.getOptions(), texts.modelVersion(), texts.dimension());
        }
        List<Outcome> outcomes = cache.getOrComputeAll(
                request.getInstructions().stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                texts);
        return Answers.of(outcomes, texts.modelVersion(), new EmptyUsage(), i -> EmbeddingResultMetadata.EMPTY);
    }

    @Override
    public float[] embed(Document document) {
        return embed(getEmbeddingContent(document));
    }

    @Override
    public String getEmbeddingContent(Document document) {
        if (document.getText() == null) {
            throw new IllegalArgumentException("document " + document.getId()
                    + ": expected a text; found media, which EmbedOnceDocumentEmbeddingModel takes");
        }
        return document.getText();
    }

    @Override
    public int dimensions() {
        return texts.dimension();
    }
}
