package dev.embedonce.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.feature.Source;
import dev.embedonce.store.Stores;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbedOnceEmbeddingModelTest {
    private static final byte[] SHAPES = TestPictures.example("shapes.png");
    private static final byte[] BROKEN = Arrays.copyOf(SHAPES, SHAPES.length / 2);

    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final ImageEncoder encoder = ImageEncoders.open("default", EncoderOptions.defaults());
    private final EmbeddingModel model =
            EmbedOnceEmbeddingModel.builder().cache(cache).images(encoder).build();

    @AfterEach
    void close() {
        encoder.close();
        cache.close();
    }

    private static EmbeddingRequest request(Content... contents) {
        return EmbeddingRequest.builder()
                .inputs(Arrays.stream(contents).map(EmbeddingInput::from).toList())
                .build();
    }

    private static List<Source> sources(EmbeddingResponse response) {
        return ((EmbedOnceEmbeddingResponseMetadata) response.metadata()).sources();
    }

    @Test
    void embed_pictures_areEncodedOnce_andAreWhatTheEncoderSays() {
        ImageContent shapes = TestPictures.content(SHAPES, "image/png");
        ImageContent cat = TestPictures.cat();

        EmbeddingResponse response = model.embed(request(shapes, cat, shapes));

        assertThat(sources(response)).containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED);
        assertThat(response.embeddings().get(0).vector())
                .containsExactly(encoder.embed(SHAPES).toArray());
        assertThat(response.embeddings().get(2)).isEqualTo(response.embeddings().get(0));
        assertThat(response.modelName()).isEqualTo(encoder.modelVersion());
        EmbeddingResponse again = model.embed(request(cat));
        assertThat(sources(again)).containsExactly(Source.MEMORY);
        assertThat(again.embeddings().get(0)).isEqualTo(response.embeddings().get(1));
        assertThat(cache.stats().encoded()).isEqualTo(2);
    }

    @Test
    void embed_dataUrlOrAnotherMimeType_isTheSamePicture() {
        String base64 = Base64.getEncoder().encodeToString(SHAPES);

        EmbeddingResponse response = model.embed(request(
                ImageContent.from(base64, "image/png"),
                ImageContent.from(base64, "image/webp"),
                ImageContent.from("data:image/png;base64," + base64)));

        assertThat(sources(response)).containsExactly(Source.ENCODED, Source.SHARED, Source.SHARED);
    }

    @Test
    void embed_pictureThatCannotBeDecoded_failsTheCall_andTheOthersAreKept() {
        ImageContent shapes = TestPictures.content(SHAPES, "image/png");

        assertThatThrownBy(() -> model.embed(request(shapes, TestPictures.content(BROKEN, "image/png"))))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("inputs[1]");

        assertThat(sources(model.embed(request(shapes)))).containsExactly(Source.MEMORY);
    }

    @Test
    void embed_whatIsNotSupported_isRefusedByName() {
        ImageContent url = ImageContent.from("https://example.org/cat.png");
        ImageContent shapes = TestPictures.content(SHAPES, "image/png");

        assertThatThrownBy(() -> model.embed(request(url)))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("image URLs are not supported");
        assertThatThrownBy(() -> model.embed("text"))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("TEXT");
        assertThatThrownBy(() -> model.embed(
                        EmbeddingRequest.builder().input(shapes, shapes).build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("inputs[0]: one embedding of several contents");
        assertThatThrownBy(() -> model.embed(request(ImageContent.from("no base64!", "image/png"))))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("base64");
        assertThatThrownBy(() -> model.embed(request(ImageContent.from("data:image/png,plain"))))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(";base64,");
    }

    @Test
    void embed_closedEncoder_failsAndSaysSo() {
        encoder.close();

        assertThatThrownBy(() -> model.embed(request(TestPictures.content(SHAPES, "image/png"))))
                .isExactlyInstanceOf(LangChain4jException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void embed_tenants_shareNothing() {
        EmbeddingModel other = EmbedOnceEmbeddingModel.builder()
                .cache(cache.forTenant("another"))
                .images(encoder)
                .build();
        EmbeddingRequest request = request(TestPictures.content(SHAPES, "image/png"));
        model.embed(request);

        assertThat(sources(other.embed(request))).containsExactly(Source.ENCODED);
        assertThat(sources(other.embed(request))).containsExactly(Source.MEMORY);
    }

    @Test
    void embed_textsAndPictures_stayInOrder() {
        try (TinyClip clip = new TinyClip()) {
            EmbeddingModel both = clip.model(cache).build();
            EmbeddingRequest request = request(
                    TextContent.from("a circle"),
                    TestPictures.content(SHAPES, "image/png"),
                    TextContent.from("a square"),
                    TextContent.from("a circle"));

            EmbeddingResponse response = both.embed(request);

            assertThat(both.supportedContentTypes()).containsExactlyInAnyOrder(ContentType.TEXT, ContentType.IMAGE);
            assertThat(both.dimension()).isEqualTo(clip.texts.dimension());
            assertThat(response.embeddings().stream().map(embedding -> embedding.vector()))
                    .containsExactly(
                            clip.texts.embed("a circle").toArray(),
                            clip.images.embed(SHAPES).toArray(),
                            clip.texts.embed("a square").toArray(),
                            clip.texts.embed("a circle").toArray());
            assertThat(sources(both.embed(request))).containsOnly(Source.MEMORY);
        }
    }

    @Test
    void embed_textLongerThanTheModelTakes_isRefused() {
        try (TinyClip clip = new TinyClip()) {
            String text = "a".repeat((int) clip.texts.mostCharacters() + 1);

            assertThatThrownBy(() -> clip.model(cache).build().embed(text))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("inputs[0]: a text of " + text.length());
        }
    }

    @Test
    void build_missingOrUnfitProperty_isNamed() {
        assertThatThrownBy(
                        () -> EmbedOnceEmbeddingModel.builder().images(encoder).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cache cannot be null");
        assertThatThrownBy(() -> EmbedOnceEmbeddingModel.builder().cache(cache).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images and texts cannot both be null");
        try (TinyClip clip = new TinyClip()) {
            assertThatThrownBy(() -> clip.model(cache).images(encoder).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("texts and images must be the two sides of one model");
        }
    }
}
