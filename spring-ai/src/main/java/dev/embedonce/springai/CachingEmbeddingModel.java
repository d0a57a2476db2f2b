package dev.embedonce.springai;

import dev.embedonce.feature.EmbeddingItem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResultMetadata;

/**
 * Any other embedding model, asked once for each text: known texts are answered from the cache, duplicates in a request
 * and texts that another thread asks for at this moment are asked for once.
 *
 * <pre>{@code
 * EmbeddingModel model = CachingEmbeddingModel.builder()
 *         .model(openAiEmbeddingModel)
 *         .modelName("openai/text-embedding-3-small")
 *         .version("2026-12")
 *         .cache(cache)
 *         .build();
 * }</pre>
 *
 * An embedding is kept under {@code modelName}, {@code version}, the options of the request and the text's UTF-8 bytes.
 * A document is embedded by the text that the model's {@link EmbeddingModel#getEmbeddingContent} gives for it.
 *
 * <p><b>What this cannot know:</b> whether the model changes behind its name; settings that the model keeps to itself,
 * such as its default options, its address, or how it truncates texts; whether it answers differently for what stands
 * beside a text in a batch. Two models that differ in such a thing need different names or versions, and so does one
 * from before and after a change: what is kept under the old version is never an answer again.
 *
 * <p>A failure: if the model refuses a request, with a {@link org.springframework.ai.retry.NonTransientAiException} or
 * an {@link IllegalArgumentException}, its inputs are tried one by one; after any other failure no more is asked.
 * Either way the call fails, with the model's own exception or one that names the input, since the framework knows no
 * part of a response that fails, and the embeddings that were given are kept.
 *
 * <p>The metadata of responses name their {@link EmbedOnceMetadata#SOURCES}; the usage is what the call cost: nothing
 * for what was known. Whoever opened model and cache closes them. As thread-safe as the model.
 */
public final class CachingEmbeddingModel implements EmbeddingModel {
    private final EmbeddingModel model;
    private final CachedQuestions questions;

    private CachingEmbeddingModel(Builder builder) {
        this.model = builder.model();
        this.questions = builder.questions();
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends CachingSettings<EmbeddingModel, Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException naming the property that is missing or says nothing
         */
        public CachingEmbeddingModel build() {
            return new CachingEmbeddingModel(this);
        }
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        List<EmbeddingItem<String>> items = request.getInstructions().stream()
                .map(text -> EmbeddingItem.text(text, text))
                .toList();
        return questions.embed(
                items,
                request.getOptions(),
                texts -> model.call(new EmbeddingRequest(texts, request.getOptions())),
                i -> EmbeddingResultMetadata.EMPTY);
    }

    @Override
    public float[] embed(Document document) {
        String text = getEmbeddingContent(document);
        if (text == null) {
            throw new IllegalArgumentException("document " + document.getId() + ": the model finds no text in it");
        }
        return embed(text);
    }

    @Override
    public @Nullable String getEmbeddingContent(Document document) {
        return model.getEmbeddingContent(document);
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }
}
