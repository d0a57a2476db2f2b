package dev.embedonce.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.Source;
import dev.embedonce.store.Stores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

class CachingDocumentEmbeddingModelTest {
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final List<List<String>> calls = new ArrayList<>();

    @AfterEach
    void close() {
        cache.close();
    }

    /** Counts its calls. */
    private final class Remote implements DocumentEmbeddingModel {
        @Override
        public EmbeddingResponse call(DocumentEmbeddingRequest request) {
            List<Document> documents = request.getInstructions();
            calls.add(documents.stream().map(Document::getId).toList());
            List<Embedding> embeddings = new ArrayList<>();
            for (Document document : documents) {
                embeddings.add(new Embedding(new float[] {document.isText() ? 1 : 2, 3}, embeddings.size()));
                if (document.getId().startsWith("video")) {
                    embeddings.add(new Embedding(new float[] {4, 5}, embeddings.size()));
                }
            }
            return new EmbeddingResponse(embeddings);
        }

        @Override
        public int dimensions() {
            return 2;
        }
    }

    private CachingDocumentEmbeddingModel.Builder builder() {
        return CachingDocumentEmbeddingModel.builder()
                .model(new Remote())
                .cache(cache)
                .modelName("remote")
                .version("1");
    }

    private static Document media(String id, MimeType type, Map<String, Object> metadata, int... bytes) {
        byte[] data = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            data[i] = (byte) bytes[i];
        }
        return new Document(id, Media.builder().mimeType(type).data(data).build(), metadata);
    }

    private static List<Source> sources(DocumentEmbeddingModel model, Document... documents) {
        return Examples.sources(model.call(new DocumentEmbeddingRequest(documents)));
    }

    @Test
    void call_contentIsAskedForOnce_byKind() {
        DocumentEmbeddingModel model = builder().build();
        Document png = media("a", MimeTypeUtils.IMAGE_PNG, Map.of(), 7, 8);
        Document jpeg = media("b", MimeTypeUtils.IMAGE_JPEG, Map.of(), 7, 8);
        Document same = media("c", MimeTypeUtils.IMAGE_PNG, Map.of(), 7, 8);
        Document text = new Document("d", "\u0007\b", Map.of());

        EmbeddingResponse response = model.call(new DocumentEmbeddingRequest(png, jpeg, same, text));

        assertThat(calls).containsExactly(List.of("a"), List.of("b"), List.of("d"));
        assertThat(response.getResults())
                .extracting(one -> one.getMetadata().getDocumentId())
                .containsExactly("a", "b", "c", "d");
        assertThat(response.getResults()).extracting(one -> one.getOutput()[0]).containsExactly(2f, 2f, 2f, 1f);
        assertThat(sources(model, same)).containsExactly(Source.MEMORY);
        assertThat(model.dimensions()).isEqualTo(2);
    }

    @Test
    void call_metadata_countUnlessTheyAreIgnored() {
        Document plain = media("a", MimeTypeUtils.IMAGE_PNG, Map.of(), 7);
        Document titled = media("b", MimeTypeUtils.IMAGE_PNG, Map.of("title", "T", "page", 1), 7);
        Document other = media("c", MimeTypeUtils.IMAGE_PNG, Map.of("title", "T", "page", "1"), 7);

        DocumentEmbeddingModel model = builder().build();
        assertThat(sources(model, plain, titled, other, titled))
                .containsExactly(Source.ENCODED, Source.ENCODED, Source.ENCODED, Source.SHARED);
        assertThat(sources(builder().ignoreMetadata().build(), titled, other))
                .containsExactly(Source.MEMORY, Source.MEMORY);
    }

    @Test
    void call_metadataOfAnotherKind_areRefusedByName() {
        Document document = media("a", MimeTypeUtils.IMAGE_PNG, Map.of("owner", new Object()), 7);

        assertThatThrownBy(() -> sources(builder().build(), document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("document.metadata.owner");
        assertThat(sources(builder().ignoreMetadata().build(), document)).containsExactly(Source.ENCODED);
    }

    @Test
    void call_severalEmbeddingsForOneDocument_areRefused() {
        assertThatThrownBy(() -> sources(builder().build(), media("video", Media.Format.VIDEO_MP4, Map.of(), 7)))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("2 embeddings for 1 inputs");
    }

    @Test
    void call_mediaByItsAddress_isRefused() {
        Document document = new Document(
                Media.builder()
                        .mimeType(MimeTypeUtils.IMAGE_PNG)
                        .data("http://localhost/a.png")
                        .build(),
                Map.of());

        assertThatThrownBy(() -> sources(builder().build(), document))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected bytes");
    }
}
