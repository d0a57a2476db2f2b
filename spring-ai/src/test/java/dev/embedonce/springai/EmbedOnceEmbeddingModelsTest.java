package dev.embedonce.springai;

import static dev.embedonce.springai.Examples.sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.encoder.text.TextEncoder;
import dev.embedonce.encoder.text.TextEncoders;
import dev.embedonce.feature.Source;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.store.Stores;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.content.Media;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.DocumentEmbeddingModel;
import org.springframework.ai.embedding.DocumentEmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResultMetadata.ModalityType;
import org.springframework.ai.embedding.TokenCountBatchingStrategy;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.util.MimeTypeUtils;

/** Our encoders as Spring AI's models of texts and of documents. */
class EmbedOnceEmbeddingModelsTest {
    private static ImageEncoder bundled;
    private static ImageEncoder images;
    private static TextEncoder texts;

    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private DocumentEmbeddingModel pictures;
    private DocumentEmbeddingModel documents;
    private EmbedOnceEmbeddingModel sentences;

    @BeforeAll
    static void open() {
        bundled = ImageEncoders.open(ImageEncoders.DEFAULT, EncoderOptions.defaults());
        images = ImageEncoders.open(Examples.clip(), EncoderOptions.defaults());
        texts = TextEncoders.open(Examples.clip(), EncoderOptions.defaults());
    }

    @AfterAll
    static void close() {
        texts.close();
        images.close();
        bundled.close();
    }

    @BeforeEach
    void openModels() {
        pictures = new EmbedOnceDocumentEmbeddingModel(cache, bundled);
        documents = new EmbedOnceDocumentEmbeddingModel(cache, images, texts);
        sentences = new EmbedOnceEmbeddingModel(cache, texts);
    }

    @AfterEach
    void closeCache() {
        cache.close();
    }

    private static List<float[]> vectors(EmbeddingResponse response) {
        return response.getResults().stream().map(one -> one.getOutput()).toList();
    }

    @Test
    void pictures_eachContentOnce_inOrder() {
        Document discs = Examples.picture("a", "discs.png");
        Document hills = Examples.picture("b", "hills.jpg");
        Document again = Examples.picture("c", "discs.png");

        EmbeddingResponse response = pictures.call(new DocumentEmbeddingRequest(List.of(discs, hills, again)));

        assertThat(sources(response)).containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED);
        assertThat(vectors(response)).containsExactly(vector("discs.png"), vector("hills.jpg"), vector("discs.png"));
        assertThat(response.getResults())
                .extracting(one -> one.getMetadata().getDocumentId())
                .containsExactly("a", "b", "c");
        assertThat(response.getResults().get(1).getMetadata().getModalityType()).isEqualTo(ModalityType.IMAGE);
        assertThat(response.getResults()).extracting(one -> one.getIndex()).containsExactly(0, 1, 2);
        assertThat(sources(pictures.call(new DocumentEmbeddingRequest(again)))).containsExactly(Source.MEMORY);
        assertThat(cache.stats().encoded()).isEqualTo(2);
        assertThat(discs.getMetadata()).isEmpty();
        assertThat(pictures.dimensions()).isEqualTo(1280);
    }

    private static float[] vector(String name) {
        return bundled.embed(Examples.bytes(name)).toArray();
    }

    @Test
    void badPicture_failsTheCall_andTheOthersAreKept() {
        Document bad = Examples.media("no picture".getBytes(StandardCharsets.UTF_8));
        Document good = Examples.picture("a", "discs.png");

        assertThatThrownBy(() -> pictures.call(new DocumentEmbeddingRequest(List.of(good, bad))))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageStartingWith("inputs[1]: ")
                .hasCauseInstanceOf(ImageException.class);
        assertThat(sources(pictures.call(new DocumentEmbeddingRequest(good)))).containsExactly(Source.MEMORY);
    }

    @Test
    void picturesAndTexts_shareASpace() {
        EmbeddingResponse response = documents.call(new DocumentEmbeddingRequest(
                List.of(new Document("a disc"), Examples.picture("a", "discs.png"), new Document("hills"))));

        assertThat(vectors(response))
                .containsExactly(
                        texts.embed("a disc").toArray(),
                        images.embed(Examples.bytes("discs.png")).toArray(),
                        texts.embed("hills").toArray());
        assertThat(response.getResults())
                .extracting(one -> one.getMetadata().getModalityType())
                .containsExactly(ModalityType.TEXT, ModalityType.IMAGE, ModalityType.TEXT);
        assertThat(sources(sentences.call(new EmbeddingRequest(List.of("hills"), null))))
                .containsExactly(Source.MEMORY);
    }

    @Test
    void texts_eachOnce_inOrder() {
        EmbeddingResponse response = sentences.embedForResponse(List.of("a disc", "hills", "a disc"));

        assertThat(sources(response)).containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED);
        assertThat(vectors(response))
                .containsExactly(
                        texts.embed("a disc").toArray(),
                        texts.embed("hills").toArray(),
                        texts.embed("a disc").toArray());
        assertThat(sentences.embed(new Document("hills")))
                .isEqualTo(texts.embed("hills").toArray());
        assertThat(sentences.embed(
                        List.of(new Document("hills"), new Document("a disc")),
                        EmbeddingOptions.builder().build(),
                        new TokenCountBatchingStrategy()))
                .containsExactly(
                        texts.embed("hills").toArray(), texts.embed("a disc").toArray());
        assertThat(sentences.dimensions()).isEqualTo(texts.dimension());
        assertThat(cache.stats().encoded()).isEqualTo(2);
    }

    @Test
    void tenants_areEncodedApart() {
        Document discs = Examples.picture("a", "discs.png");
        pictures.call(new DocumentEmbeddingRequest(discs));

        DocumentEmbeddingModel tenant = new EmbedOnceDocumentEmbeddingModel(cache.forTenant("secret"), bundled);
        assertThat(sources(tenant.call(new DocumentEmbeddingRequest(discs)))).containsExactly(Source.ENCODED);
    }

    @Test
    void unsupportedContent_isNamed() {
        Document video = new Document(
                Media.builder()
                        .mimeType(Media.Format.VIDEO_MP4)
                        .data(new byte[1])
                        .build(),
                Map.of());
        Document address = new Document(
                Media.builder()
                        .mimeType(MimeTypeUtils.IMAGE_PNG)
                        .data("http://localhost/a.png")
                        .build(),
                Map.of());

        assertRefused(() -> pictures.call(new DocumentEmbeddingRequest(video)), "video/mp4");
        assertRefused(() -> pictures.call(new DocumentEmbeddingRequest(address)), "expected bytes");
        assertRefused(() -> pictures.call(new DocumentEmbeddingRequest(new Document("text"))), "inputs[0]");
        assertRefused(() -> sentences.embed(Examples.picture("p", "discs.png")), "document p");
    }

    @Test
    void optionsThatDoNotFit_areNamed() {
        EmbeddingOptions model = EmbeddingOptions.builder().model("another").build();
        EmbeddingOptions dimensions = EmbeddingOptions.builder().dimensions(3).build();

        assertRefused(() -> sentences.call(new EmbeddingRequest(List.of("a"), model)), "options.model");
        assertRefused(() -> sentences.call(new EmbeddingRequest(List.of("a"), dimensions)), "options.dimensions");
        assertRefused(
                () -> pictures.call(
                        new DocumentEmbeddingRequest(List.of(Examples.picture("a", "discs.png")), dimensions)),
                "options.dimensions");
    }

    @Test
    void encodersOfTwoModels_areRefused() {
        assertRefused(() -> new EmbedOnceDocumentEmbeddingModel(cache, bundled, texts), "texts");
    }

    private static void assertRefused(Runnable call, String named) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }
}
