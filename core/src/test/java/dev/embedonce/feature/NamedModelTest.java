package dev.embedonce.feature;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.CacheException;
import dev.embedonce.error.EncoderUnavailableException;
import dev.embedonce.store.Stores;
import dev.embedonce.store.memory.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamedModelTest {
    private static final NamedModel MODEL = new NamedModel("pictures-2", "1", new TreeMap<>());

    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    /** What the model was asked for, a string a call. */
    private final ConcurrentLinkedQueue<String> calls = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        cache.close();
    }

    private List<float[]> model(List<String> items) {
        calls.add(String.join(" ", items));
        if (items.contains("bad")) {
            throw new IllegalArgumentException("bad");
        }
        return items.stream().map(NamedModelTest::vector).toList();
    }

    private static float[] vector(String item) {
        return new float[] {item.length(), item.charAt(0)};
    }

    private List<Outcome> embed(NamedModel model, String... texts) {
        return model.embedAll(cache, texts(texts), 3, this::model);
    }

    private static List<EmbeddingItem<String>> texts(String... texts) {
        return Arrays.stream(texts).map(text -> EmbeddingItem.text(text, text)).toList();
    }

    private static String sources(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(outcome -> outcome instanceof Outcome.Served served
                        ? served.source().toString()
                        : "failed")
                .collect(joining(" "));
    }

    private static float[] vector(Outcome outcome) {
        return ((Outcome.Served) outcome).entry().embedding().toArray();
    }

    @Test
    void embedAll_duplicates_areAskedForOnce_inFullBatchesAndInOrder() {
        List<Outcome> first = embed(MODEL, "a", "bb", "a", "ccc", "dddd");

        assertThat(calls).containsExactly("a bb ccc", "dddd");
        assertThat(sources(first)).isEqualTo("ENCODED ENCODED SHARED ENCODED ENCODED");
        assertThat(sources(embed(MODEL, "dddd", "a"))).isEqualTo("MEMORY MEMORY");
        assertThat(first.stream().map(outcome -> vector(outcome)[0])).containsExactly(1f, 2f, 1f, 3f, 4f);
    }

    @Test
    void embedAll_sameBytesOfAnotherKind_areAnotherItem() {
        byte[] bytes = "same".getBytes(StandardCharsets.UTF_8);
        List<EmbeddingItem<String>> items = List.of(
                EmbeddingItem.image("image/png", bytes, "png"),
                EmbeddingItem.text("same", "text"),
                EmbeddingItem.image("image/PNG", bytes, "png"),
                EmbeddingItem.image("image/webp", bytes, "webp"));

        List<Outcome> outcomes = MODEL.embedAll(cache, items, 8, this::model);

        assertThat(calls).containsExactly("png", "text", "webp");
        assertThat(outcomes.stream().map(outcome -> (char) vector(outcome)[1])).containsExactly('p', 't', 'p', 'w');
        assertThat(outcomes.stream().map(Outcome::contentHash).distinct()).hasSize(1);
    }

    @Test
    void embedAll_otherNameVersionSettingOrTenant_isAskedForAgain() {
        embed(MODEL, "a");
        embed(new NamedModel("pictures-3", "1", new TreeMap<>()), "a");
        embed(new NamedModel("pictures-2", "2", new TreeMap<>()), "a");
        embed(new NamedModel("pictures-2", "1", new TreeMap<>(Map.of("dimensions", "64"))), "a");
        MODEL.embedAll(cache.forTenant("another"), texts("a"), 3, this::model);
        embed(MODEL, "a");

        assertThat(calls).containsExactly("a", "a", "a", "a", "a");
    }

    @Test
    void modelVersion_partsMovedFromNameToVersion_differs() {
        assertThat(new NamedModel("a", "b-c", new TreeMap<>()).modelVersion())
                .isNotEqualTo(new NamedModel("a-b", "c", new TreeMap<>()).modelVersion())
                .startsWith("a-");
    }

    @Test
    void embedAll_badItem_failsAlone() {
        List<Outcome> outcomes = embed(MODEL, "a", "bad", "ccc");

        assertThat(sources(outcomes)).isEqualTo("ENCODED failed ENCODED");
        assertThat(((Outcome.Failed) outcomes.get(1)).error()).isInstanceOf(IllegalArgumentException.class);
        assertThat(calls).containsExactly("a bad ccc", "a", "bad", "ccc");
    }

    @Test
    void embedAll_unavailableModel_isAskedOnce_andWhatItHasAnsweredIsKept() {
        RuntimeException error = new IllegalStateException("too many requests");
        Function<List<String>, List<float[]>> busy = items -> {
            if (calls.isEmpty()) {
                return model(items);
            }
            calls.add("busy");
            throw new EncoderUnavailableException(error);
        };

        List<Outcome> outcomes = MODEL.embedAll(cache, texts("a", "b", "c", "d", "e", "f", "g"), 3, busy);

        assertThat(calls).containsExactly("a b c", "busy");
        assertThat(sources(outcomes)).isEqualTo("ENCODED ENCODED ENCODED failed failed failed failed");
        assertThat(((Outcome.Failed) outcomes.get(6)).error()).hasCause(error);
        assertThat(sources(embed(MODEL, "c", "d"))).isEqualTo("MEMORY ENCODED");
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void embedAll_vectorThatIsNone_isNotKept(float value) {
        List<Outcome> outcomes = MODEL.embedAll(cache, texts("a"), 3, items -> List.of(new float[] {1, value}));

        assertThat(((Outcome.Failed) outcomes.get(0)).error())
                .isInstanceOf(CacheException.class)
                .hasMessageContaining("at position 1");
        assertThat(sources(embed(MODEL, "a"))).isEqualTo("ENCODED");
    }

    @Test
    void embedAll_emptyVectorOrTooFew_isNotKept() {
        assertThat(sources(MODEL.embedAll(cache, texts("a"), 3, items -> List.of(new float[0]))))
                .isEqualTo("failed");
        assertThat(sources(MODEL.embedAll(cache, texts("a"), 3, items -> List.of())))
                .isEqualTo("failed");
        assertThat(sources(embed(MODEL, "a"))).isEqualTo("ENCODED");
    }

    @Test
    @Timeout(60)
    void embedAll_sameItemInTwoThreads_isAskedForOnce() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<List<Outcome>> first = threads.submit(() -> MODEL.embedAll(cache, texts("a"), 3, items -> {
                asked.countDown();
                await(answer);
                return model(items);
            }));
            asked.await();
            Thread[] waiter = new Thread[1];
            CountDownLatch started = new CountDownLatch(1);
            Future<List<Outcome>> second = threads.submit(() -> {
                waiter[0] = Thread.currentThread();
                started.countDown();
                return embed(MODEL, "a");
            });
            started.await();
            while (waiter[0].getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            answer.countDown();

            assertThat(sources(first.get()) + " " + sources(second.get())).isEqualTo("ENCODED SHARED");
            assertThat(calls).containsExactly("a");
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "latest"})
    void new_nameOrVersionThatSaysNothing_isRefused(String nothing) {
        assertThatThrownBy(() -> new NamedModel(nothing, "1", new TreeMap<>())).hasMessageContaining("model name");
        assertThatThrownBy(() -> new NamedModel("pictures-2", nothing, new TreeMap<>()))
                .hasMessageContaining("version");
    }

    @Test
    void embedAll_batchOfNoItems_isRefused() {
        assertThatThrownBy(() -> MODEL.embedAll(cache, texts("a"), 0, this::model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batchSize");
    }

    @Test
    void text_unpairedSurrogate_isRefused() {
        assertThatThrownBy(() -> EmbeddingItem.text("a\uD800", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unpaired surrogate");
        assertThat(EmbeddingItem.text("\uD83D\uDE00", "a").content()).hasSize(4);
    }

    @Test
    void embedAll_afterRestart_isAnsweredFromTheStore() {
        MemoryStore store = new MemoryStore();
        MODEL.embedAll(FeatureCache.over(store).build(), texts("a"), 3, this::model);
        List<Outcome> again = MODEL.embedAll(FeatureCache.over(store).build(), texts("a"), 3, this::model);

        assertThat(sources(again)).isEqualTo("STORE");
        assertThat(vector(again.get(0))).containsExactly(vector("a"));
    }
}
