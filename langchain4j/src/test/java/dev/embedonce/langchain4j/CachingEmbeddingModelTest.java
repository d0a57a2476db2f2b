package dev.embedonce.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.feature.Source;
import dev.embedonce.store.Stores;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingInputType;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequestParameters;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class CachingEmbeddingModelTest {
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final NamedEmbeddingModel named = new NamedEmbeddingModel();
    private final EmbeddingModel model = caching().build();

    @AfterEach
    void close() {
        cache.close();
    }

    private CachingEmbeddingModel.Builder caching() {
        return CachingEmbeddingModel.builder().model(named).cache(cache).version("1");
    }

    private static EmbeddingRequest texts(String... texts) {
        return EmbeddingRequest.builder().inputs(texts).build();
    }

    private static EmbeddingRequest one(Content... contents) {
        return EmbeddingRequest.builder().input(contents).build();
    }

    private static List<Source> sources(EmbeddingResponse response) {
        return ((EmbedOnceEmbeddingResponseMetadata) response.metadata()).sources();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void embed_duplicatesAndKnown_areNotAskedFor_andAllIsAsWithoutACache() {
        EmbeddingResponse response = model.embed(texts("a", "b", "a"));
        EmbeddingResponse again = model.embed(texts("b", "c"));

        assertThat(named.calls).containsExactly("a b", "c");
        assertThat(sources(response)).containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED);
        assertThat(sources(again)).containsExactly(Source.MEMORY, Source.ENCODED);
        assertThat(response.embeddings())
                .isEqualTo(named.embed(texts("a", "b", "a")).embeddings());
        assertThat(again.embeddings()).isEqualTo(named.embed(texts("b", "c")).embeddings());
        assertThat(response.tokenUsage()).isEqualTo(new TokenUsage(2));
        assertThat(model.embed(texts("b")).tokenUsage()).isEqualTo(new TokenUsage(0));
        assertThat(response.modelName()).isEqualTo("named-1");
    }

    @Test
    void embed_sameBytesAsTextAndPicture_areApart() {
        model.embed(one(TextContent.from("same")));
        model.embed(one(ImageContent.from(base64("same"), "image/png")));
        model.embed(one(ImageContent.from(base64("same"), "image/webp")));
        model.embed(one(ImageContent.from("data:image/png;base64," + base64("same"))));
        model.embed(one(ImageContent.from(base64("same"), "image/png", ImageContent.DetailLevel.HIGH)));

        assertThat(named.calls).hasSize(4);
    }

    @Test
    void embed_severalContents_areOneInputInTheirOrder() {
        TextContent text = TextContent.from("a");
        ImageContent image = ImageContent.from(base64("b"), "image/png");
        model.embed(one(text, image));
        model.embed(one(image, text));
        EmbeddingResponse again = model.embed(one(text, image));
        model.embed(one(TextContent.from("ab"), TextContent.from("c")));
        model.embed(one(TextContent.from("a"), TextContent.from("bc")));

        assertThat(named.calls).hasSize(4);
        assertThat(again.embeddings()).isEqualTo(named.embed(one(text, image)).embeddings());
    }

    @Test
    void embed_otherSettingsOrVersionOrTenant_isAskedForAgain() {
        model.embed(texts("a"));
        model.embed(EmbeddingRequest.builder().input("a").dimensions(4).build());
        model.embed(EmbeddingRequest.builder()
                .input("a")
                .inputType(EmbeddingInputType.QUERY)
                .build());
        model.embed(EmbeddingRequest.builder().input("a").modelName("named-2").build());
        caching().version("2").build().embed(texts("a"));
        caching().modelName("other").build().embed(texts("a"));
        caching().cache(cache.forTenant("another")).build().embed(texts("a"));
        assertThat(named.calls).hasSize(7);

        EmbeddingRequest asByDefault =
                EmbeddingRequest.builder().input("a").dimensions(8).build();
        assertThat(sources(model.embed(asByDefault))).containsExactly(Source.MEMORY);
    }

    @Test
    void embed_parameterThatCannotBePartOfAKey_isRefused() {
        EmbeddingRequest request = EmbeddingRequest.builder()
                .input("a")
                .parameters(EmbeddingRequestParameters.builder()
                        .set(NamedEmbeddingModel.ROOM, new Object())
                        .build())
                .build();

        assertThatThrownBy(() -> model.embed(request))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("parameter room");
    }

    @Test
    void embed_inputOfAnotherClass_isRefused() {
        EmbeddingInput input = new EmbeddingInput(List.of(TextContent.from("a"))) {};

        assertThatThrownBy(() -> model.embed(
                        EmbeddingRequest.builder().inputs(List.of(input)).build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class);
        assertThat(named.calls).isEmpty();
    }

    @Test
    void embedAll_segmentsWithMetadata_areAskedForWithThem() {
        TextSegment titled = TextSegment.from("a", Metadata.from("title", "T"));
        TextSegment other = TextSegment.from("a", Metadata.from("title", "U"));
        TextSegment plain = TextSegment.from("a");

        Response<List<Embedding>> response = model.embedAll(List.of(titled, other, titled, plain));
        Response<List<Embedding>> again = model.embedAll(List.of(other));

        assertThat(named.calls).containsExactly("T:a U:a null:a");
        assertThat(response.content())
                .isEqualTo(named.embedAll(List.of(titled, other, titled, plain)).content());
        assertThat(again.content().get(0)).isEqualTo(response.content().get(1));
        assertThat(model.embed(titled).content()).isEqualTo(named.embed(titled).content());
    }

    @Test
    void embedAll_ignoredMetadata_areNotPartOfTheKey() {
        EmbeddingModel ignoring = caching().ignoreMetadata().build();

        ignoring.embedAll(List.of(TextSegment.from("a", Metadata.from("title", "T")), TextSegment.from("a")));
        ignoring.embed("a");

        assertThat(named.calls).containsExactly("a");
    }

    @Test
    void embed_badInput_failsTheCallWithTheModelsError_andTheOthersAreKept() {
        assertThatThrownBy(() -> model.embed(texts("a", "bad", "c")))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessage("bad is refused");

        assertThat(named.calls).containsExactly("a bad c", "a", "bad", "c");
        assertThat(sources(model.embed(texts("a", "c")))).containsOnly(Source.MEMORY);
    }

    @Test
    void embed_busyModel_isAskedOnce() {
        RateLimitException busy = new RateLimitException("slow down");
        named.beforeAnswer = () -> {
            throw busy;
        };

        assertThatThrownBy(() -> caching().batchSize(2).build().embed(texts("a", "b", "c", "d")))
                .isSameAs(busy);
        assertThat(named.calls).containsExactly("a b");
    }

    @Test
    void embed_modelThatGivesTooLittle_failsAndNothingIsKept() {
        NamedEmbeddingModel forgetful = new NamedEmbeddingModel() {
            @Override
            public EmbeddingResponse doEmbed(EmbeddingRequest request) {
                return EmbeddingResponse.builder().embeddings(List.of()).build();
            }
        };

        assertThatThrownBy(() -> caching().model(forgetful).build().embed(texts("a")))
                .isExactlyInstanceOf(LangChain4jException.class)
                .hasMessageContaining("inputs[0]");
        assertThat(sources(model.embed(texts("a")))).containsExactly(Source.ENCODED);
    }

    @Test
    void embed_imageByUrlOrTextThatIsNone_isRefused() {
        assertThatThrownBy(() -> model.embed(one(ImageContent.from("https://example.org/cat.png"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("image URLs are not supported");
        assertThatThrownBy(() -> model.embed("a\uD800"))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("unpaired surrogate");
        assertThat(model.supportedContentTypes()).containsExactlyInAnyOrder(ContentType.TEXT, ContentType.IMAGE);
    }

    @Test
    void build_missingOrMeaninglessProperty_isNamed() {
        assertThatThrownBy(() -> CachingEmbeddingModel.builder().build()).hasMessage("model cannot be null");
        assertThatThrownBy(() -> CachingEmbeddingModel.builder().model(named).build())
                .hasMessage("cache cannot be null");
        assertThatThrownBy(() -> CachingEmbeddingModel.builder()
                        .model(named)
                        .cache(cache)
                        .build())
                .hasMessage("version cannot be null");
        assertThatThrownBy(() -> caching().version("latest").build()).hasMessageContaining("version");
        assertThatThrownBy(() -> caching().batchSize(0).build()).hasMessageContaining("batchSize");
        EmbeddingModel nameless = new EmbeddingModel() {};
        assertThatThrownBy(() -> caching().model(nameless).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model name");
    }

    @Test
    @Timeout(60)
    void embed_sameContentInTwoThreads_isAskedForOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        named.beforeAnswer = () -> {
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<EmbeddingResponse> first = threads.submit(() -> model.embed(texts("a")));
            asked.await();
            Future<EmbeddingResponse> second = threads.submit(() -> model.embed(texts("a")));
            answer.countDown();

            assertThat(second.get().embeddings()).isEqualTo(first.get().embeddings());
            assertThat(named.calls).containsExactly("a");
        } finally {
            threads.shutdownNow();
        }
    }
}
