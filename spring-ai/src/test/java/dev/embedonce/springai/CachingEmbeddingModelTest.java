package dev.embedonce.springai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.store.Stores;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.document.MetadataMode;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;

class CachingEmbeddingModelTest {
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final Remote remote = new Remote();

    @AfterEach
    void close() {
        cache.close();
    }

    /** Embeds a text by its length and first character. */
    private static final class Remote implements EmbeddingModel {
        final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();
        final CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(0);

        @Override
        public EmbeddingResponse call(EmbeddingRequest request) {
            List<String> texts = request.getInstructions();
            calls.add(String.join(" ", texts));
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (texts.contains("bad")) {
                throw new NonTransientAiException("HTTP 400");
            }
            if (texts.contains("busy")) {
                throw new TransientAiException("HTTP 429");
            }
            List<Embedding> embeddings = IntStream.range(0, texts.size())
                    .mapToObj(i -> new Embedding(vector(texts.get(i)), i))
                    .toList();
            return new EmbeddingResponse(
                    embeddings, new EmbeddingResponseMetadata("remote", new DefaultUsage(texts.size(), 0)));
        }

        static float[] vector(String text) {
            return new float[] {text.length(), text.charAt(0)};
        }

        @Override
        public float[] embed(Document document) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getEmbeddingContent(Document document) {
            return document.getFormattedContent(MetadataMode.EMBED);
        }

        @Override
        public int dimensions() {
            return 2;
        }
    }

    private CachingEmbeddingModel.Builder builder() {
        return CachingEmbeddingModel.builder()
                .model(remote)
                .cache(cache)
                .modelName("remote")
                .version("1")
                .batchSize(3);
    }

    private static String sources(EmbeddingResponse response) {
        return Examples.sources(response).toString();
    }

    @Test
    void call_knownTextsAndDuplicates_areNotAskedFor() {
        EmbeddingModel model = builder().build();
        EmbeddingResponse response = model.embedForResponse(List.of("a", "bb", "a", "ccc", "dddd"));

        assertThat(remote.calls).containsExactly("a bb ccc", "dddd");
        assertThat(response.getResults())
                .extracting(Embedding::getOutput)
                .containsExactly(
                        Remote.vector("a"),
                        Remote.vector("bb"),
                        Remote.vector("a"),
                        Remote.vector("ccc"),
                        Remote.vector("dddd"));
        assertThat(sources(response)).isEqualTo("[ENCODED, ENCODED, SHARED, ENCODED, ENCODED]");
        assertThat(response.getMetadata().getUsage().getPromptTokens()).isEqualTo(4);

        EmbeddingResponse again = model.embedForResponse(List.of("dddd", "e"));
        assertThat(sources(again)).isEqualTo("[MEMORY, ENCODED]");
        assertThat(again.getMetadata().getUsage().getPromptTokens()).isEqualTo(1);
        assertThat(model.dimensions()).isEqualTo(2);
    }

    @Test
    void call_otherNameVersionOrOptions_isAskedAgain() {
        builder().build().embed("a");
        builder().modelName("other").build().embed("a");
        builder().version("2").build().embed("a");
        EmbeddingRequest shorter = new EmbeddingRequest(
                List.of("a"), EmbeddingOptions.builder().dimensions(1).build());
        builder().build().call(shorter);
        builder().build().call(shorter);
        builder().build().call(new EmbeddingRequest(List.of("a"), null));

        assertThat(remote.calls).containsExactly("a", "a", "a", "a");
    }

    /** Options of a provider's own, with one that the interface does not know. */
    private record OwnOptions(String user) implements EmbeddingOptions {
        @Override
        public String getModel() {
            return "own";
        }

        @Override
        public @Nullable Integer getDimensions() {
            return null;
        }
    }

    @Test
    void call_optionsOfTheProvidersOwn_areAPartOfTheKey() {
        EmbeddingModel model = builder().build();
        model.call(new EmbeddingRequest(List.of("a"), new OwnOptions("x")));
        model.call(new EmbeddingRequest(List.of("a"), new OwnOptions("y")));
        model.call(new EmbeddingRequest(List.of("a"), new OwnOptions("x")));

        assertThat(remote.calls).containsExactly("a", "a");
    }

    @Test
    void call_refusedText_failsTheCall_andTheOthersAreKept() {
        EmbeddingModel model = builder().build();

        assertThatThrownBy(() -> model.embed(List.of("a", "bad", "c")))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessage("HTTP 400");
        assertThat(sources(model.embedForResponse(List.of("a", "c")))).isEqualTo("[MEMORY, MEMORY]");
    }

    @Test
    void call_busyModel_isAskedOnce() {
        EmbeddingModel model = builder().build();

        assertThatThrownBy(() -> model.embed(List.of("a", "b", "c", "busy", "e", "f", "g")))
                .isInstanceOf(TransientAiException.class)
                .hasMessage("HTTP 429");
        assertThat(remote.calls).containsExactly("a b c", "busy e f");
        assertThat(sources(model.embedForResponse(List.of("c", "e")))).isEqualTo("[MEMORY, ENCODED]");
    }

    @Test
    void call_tooFewEmbeddings_areNotKept() {
        EmbeddingModel silent = new Silent();
        EmbeddingModel model = builder().model(silent).build();

        assertThatThrownBy(() -> model.embed("a"))
                .isInstanceOf(NonTransientAiException.class)
                .hasMessageContaining("0 embeddings for 1 inputs");
        assertThat(builder().build().embed("a")).isEqualTo(Remote.vector("a"));
    }

    private static final class Silent implements EmbeddingModel {
        @Override
        public EmbeddingResponse call(EmbeddingRequest request) {
            return new EmbeddingResponse(List.of());
        }

        @Override
        public float[] embed(Document document) {
            return new float[0];
        }
    }

    @Test
    void embed_document_isTheTextThatTheModelFinds() {
        EmbeddingModel model = builder().build();
        Document document = new Document("text", Map.of("title", "T"));

        model.embed(document);

        assertThat(remote.calls).containsExactly(document.getFormattedContent(MetadataMode.EMBED));
    }

    @Test
    void call_tenantsView_isAskedApart() {
        builder().build().embed("a");
        builder().cache(cache.forTenant("secret")).build().embed("a");

        assertThat(remote.calls).containsExactly("a", "a");
    }

    @Test
    @Timeout(60)
    void call_sameTextInTwoThreads_isAskedForOnce() throws Exception {
        EmbeddingModel model = builder().build();
        remote.answer = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<float[]> first = threads.submit(() -> model.embed("a"));
            remote.asked.await();
            Thread[] waiter = new Thread[1];
            CountDownLatch started = new CountDownLatch(1);
            Future<float[]> second = threads.submit(() -> {
                waiter[0] = Thread.currentThread();
                started.countDown();
                return model.embed("a");
            });
            started.await();
            while (waiter[0].getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            remote.answer.countDown();

            assertThat(first.get()).isEqualTo(second.get());
            assertThat(remote.calls).containsExactly("a");
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown"})
    void build_nameOrVersionThatSaysNothing_isRefused(String nothing) {
        assertThatThrownBy(() -> builder().modelName(nothing).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("model name");
        assertThatThrownBy(() -> builder().version(nothing).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("version");
    }

    @Test
    void build_missingProperty_isNamed() {
        assertThatThrownBy(() -> CachingEmbeddingModel.builder().build()).hasMessageContaining("model");
        assertThatThrownBy(() -> CachingEmbeddingModel.builder().model(remote).build())
                .hasMessageContaining("cache");
        assertThatThrownBy(() -> builder().batchSize(0)).hasMessageContaining("batchSize");
    }
}
