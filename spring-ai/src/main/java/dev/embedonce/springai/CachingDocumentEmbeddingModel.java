package dev.embedonce.springai;

import dev.embedonce.feature.EmbeddingItem;
import dev.embedonce.key.FramedDigest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/**
 * Any other embedding model of documents, asked once for each: known pictures and texts are answered from the cache,
 * duplicates in a request and contents that another thread asks for at this moment are asked for once. All that {@link
 * CachingEmbeddingModel} says holds for this too.
 *
 * <p>An embedding is kept under {@code modelName}, {@code version}, the options of the request, the document's text, or
 * the bytes of its media with their MIME type, and the document's metadata, unless the model is said to {@linkplain
 * Builder#ignoreMetadata ignore} them. Its id does not count. Media that are given by their address are refused with an
 * {@link IllegalArgumentException}: what is there may change.
 *
 * <p>Results come in the documents' order, one a document: a model that gives more, such as one for each part of a
 * video, is refused. Documents stay as they are.
 */
public final class CachingDocumentEmbeddingModel implements DocumentEmbeddingModel {
    private final DocumentEmbeddingModel model;
    private final CachedQuestions questions;
    private final boolean metadata;

    private CachingDocumentEmbeddingModel(Builder builder) {
        this.model = builder.model();
        this.questions = builder.questions();
        this.metadata = builder.metadata;
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends CachingSettings<DocumentEmbeddingModel, Builder> {
        private boolean metadata = true;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Says that the model does not read the metadata of documents: these are then kept by their content alone. By
         * default equal pictures with different metadata are asked for apart, and metadata that are neither text nor
         * number nor truth value are refused.
         */
        public Builder ignoreMetadata() {
            metadata = false;
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException naming the property that is missing or says nothing
         */
        public CachingDocumentEmbeddingModel build() {
            return new CachingDocumentEmbeddingModel(this);
        }
    }

    @Override
    public EmbeddingResponse call(DocumentEmbeddingRequest request) {
        List<Document> documents = request.getInstructions();
        return questions.embed(
                documents.stream().map(this::item).toList(),
                request.getOptions(),
                some -> model.call(new DocumentEmbeddingRequest(some, request.getOptions())),
                i -> Answers.metadata(documents.get(i)));
    }

    private EmbeddingItem<Document> item(Document document) {
        Media media = document.getMedia();
        EmbeddingItem<Document> content = media == null
                ? EmbeddingItem.text(String.valueOf(document.getText()), document)
                : EmbeddingItem.image(media.getMimeType().toString(), Pictures.bytes(media), document);
        return metadata && !document.getMetadata().isEmpty() ? withMetadata(content) : content;
    }

    private static EmbeddingItem<Document> withMetadata(EmbeddingItem<Document> content) {
        Map<String, Object> metadata = new TreeMap<>(content.value().getMetadata());
        FramedDigest digest = FramedDigest.tagged("embedonce.spring-ai-document.v1")
                .put("kind", content.kind())
                .put("content", content.content())
                .put("metadata", metadata.size());
        metadata.forEach((key, value) -> {
            if (!(value instanceof String || value instanceof Number || value instanceof Boolean)) {
                throw new IllegalArgumentException("document.metadata." + key
                        + ": expected a text, number or truth value to be kept under; found "
                        + value.getClass().getName() + " (ignoreMetadata() says that they do not count)");
            }
            digest.put("key", utf8(key)).put("type", value.getClass().getName()).put("value", utf8(value.toString()));
        });
        return new EmbeddingItem<>("document", digest.toContentHash().toBytes(), content.value());
    }

    /** Refuses a text for which there is no UTF-8. */
    private static byte[] utf8(String text) {
        return EmbeddingItem.text(text, text).content();
    }

    @Override
    public int dimensions() {
        return model.dimensions();
    }
}
