package dev.embedonce.cache;

import static dev.embedonce.cache.FakeEncoder.image;
import static dev.embedonce.cache.FakeEncoder.images;
import static dev.embedonce.cache.FakeEncoder.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.feature.CacheStats;
import dev.embedonce.feature.FeatureProvider;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Stores;
import dev.embedonce.value.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What encoding without a store has to do as a cache does it. */
class FeatureProviderTest {
    private final FakeEncoder encoder = new FakeEncoder();
    private final FeatureCache cache = FeatureCache.over(Stores.open("memory:")).build();
    private final UncachedFeatures uncached = new UncachedFeatures();

    enum Kind {
        CACHED,
        UNCACHED
    }

    private FeatureProvider provider(Kind kind) {
        return kind == Kind.CACHED ? cache : uncached;
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_moreThanABatch_answersInOrder(Kind kind) {
        List<Outcome> outcomes = provider(kind)
                .getOrComputeAll(images("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector))
                .containsExactly("a b c d e f g h i j k l".split(" "));
        assertThat(outcomes).allMatch(outcome -> source(outcome) == Source.ENCODED);
        assertThat(encoder.batches).containsExactly(4, 4, 4);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_equalBytes_areEncodedOnce(Kind kind) {
        List<Outcome> outcomes = provider(kind).getOrComputeAll(images("a", "b", "a", "c", "a"), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::source))
                .containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED, Source.ENCODED, Source.SHARED);
        assertThat(outcomes.stream().map(FeatureProviderTest::vector)).containsExactly("a", "b", "a", "c", "a");
        assertThat(encoder.encodedImages).hasValue(3);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_imageThatCannotBePrepared_failsAlone(Kind kind) {
        List<Outcome> outcomes = provider(kind).getOrComputeAll(images("a", "broken", "b", "broken"), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector))
                .containsExactly("a", "not an image: broken", "b", "not an image: broken");
        assertThat(encoder.batches).containsExactly(2);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_batchThatFails_isTriedOneByOne(Kind kind) {
        List<Outcome> outcomes = provider(kind).getOrComputeAll(images("a", "poison", "b", "c", "d"), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector))
                .containsExactly("a", "cannot encode poison", "b", "c", "d");
        assertThat(encoder.batches).containsExactly(4, 1, 1, 1, 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_encoderThatLosesAnAnswer_isTriedOneByOne(Kind kind) {
        FakeEncoder forgetful = new FakeEncoder() {
            @Override
            public List<Map<String, Tensor>> encode(List<Pixels> batch) {
                List<Map<String, Tensor>> answers = super.encode(batch);
                return answers.size() > 1 ? answers.subList(1, answers.size()) : answers;
            }
        };

        List<Outcome> outcomes = provider(kind).getOrComputeAll(images("a", "b"), forgetful);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector)).containsExactly("a", "b");
        assertThat(forgetful.batches).containsExactly(2, 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_error_endsTheCall(Kind kind) {
        encoder.beforeEncode = () -> {
            throw new AssertionError("out of everything");
        };

        assertThatThrownBy(() -> provider(kind).getOrComputeAll(images("a", "b"), encoder))
                .isInstanceOf(AssertionError.class)
                .hasMessage("out of everything");
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_nothing_isNothing(Kind kind) {
        assertThat(provider(kind).getOrComputeAll(List.of(), encoder)).isEmpty();
        assertThat(encoder.batches).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeHashed_fileThatCannotBeReadAnyMore_failsAlone(Kind kind) throws IOException {
        HashedImage gone = unreadable(hash(kind, "gone"));
        HashedImage sound = HashedImage.of(hash(kind, "a"), image("a"));

        List<Outcome> outcomes = provider(kind).getOrComputeHashed(List.of(gone, sound), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector)).containsExactly("no such file", "a");
        assertThat(((Outcome.Failed) outcomes.get(0)).error()).isInstanceOf(UncheckedIOException.class);
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeHashed_fileOverwrittenSinceItWasHashed_fails(Kind kind) throws IOException {
        HashedImage overwritten = HashedImage.of(hash(kind, "a"), image("b"));

        List<Outcome> outcomes = provider(kind).getOrComputeHashed(List.of(overwritten), encoder);

        assertThat(vector(outcomes.get(0))).isEqualTo("it changed while it was read");
        assertThat(encoder.batches).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeHashed_oneOfTwoEqualFilesIsGone_answersBoth(Kind kind) throws IOException {
        ContentHash a = hash(kind, "a");

        List<Outcome> outcomes =
                provider(kind).getOrComputeHashed(List.of(unreadable(a), HashedImage.of(a, image("a"))), encoder);

        assertThat(outcomes.stream().map(FeatureProviderTest::vector)).containsExactly("a", "a");
    }

    @ParameterizedTest
    @EnumSource
    void getOrComputeAll_entries_sayTheSame(Kind kind) {
        Outcome.Served served = (Outcome.Served)
                provider(kind).getOrComputeAll(images("abc", "d"), encoder).get(0);

        ContentHash hash = ContentHasher.sha256().hash(image("abc"));
        assertThat(served.contentHash()).isEqualTo(hash);
        assertThat(served.key()).isEqualTo(new CacheKey(encoder.modelVersion(), encoder.preprocVersion(), hash));
        assertThat(served.entry().provenance().batchSize()).isEqualTo(2);
        assertThat(served.entry().provenance().runtime()).isEqualTo(encoder.runtime());
        assertThat(served.entry().provenance().width()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void stats_countEachImageOnce(Kind kind) throws IOException {
        FeatureProvider provider = provider(kind);
        provider.getOrComputeAll(images("a", "b", "a", "broken", "poison"), encoder);
        provider.hash(new ByteArrayInputStream(image("c")));

        CacheStats stats = provider.stats();
        assertThat(stats.images()).isEqualTo(5);
        assertThat(stats.encoded()).isEqualTo(2);
        assertThat(stats.sharedHits()).isEqualTo(1);
        assertThat(stats.failed()).isEqualTo(2);
        assertThat(stats.hashNanos()).isPositive();
        assertThat(stats.prepareNanos()).isPositive();
        assertThat(stats.encodeNanos()).isPositive();
    }

    @Test
    void uncached_sameInputInOtherBytes_isEncodedAgain_andNothingIsKept() {
        uncached.getOrComputeAll(images("a|1", "a|2"), encoder);
        List<Outcome> again = uncached.getOrComputeAll(images("a|1"), encoder);

        assertThat(encoder.encodedImages).hasValue(3);
        assertThat(source(again.get(0))).isEqualTo(Source.ENCODED);
    }

    private ContentHash hash(Kind kind, String text) throws IOException {
        return provider(kind).hash(new ByteArrayInputStream(image(text)));
    }

    private static HashedImage unreadable(ContentHash hash) {
        return new HashedImage() {
            @Override
            public ContentHash contentHash() {
                return hash;
            }

            @Override
            public byte[] bytes() throws IOException {
                throw new IOException("no such file");
            }
        };
    }

    private static Source source(Outcome outcome) {
        return ((Outcome.Served) outcome).source();
    }

    /** The letter whose vector it is, or what went wrong. */
    private static String vector(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            return String.valueOf(failed.error().getMessage());
        }
        float[] vector = ((Outcome.Served) outcome).entry().embedding().toArray();
        return List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l").stream()
                .filter(letter -> Arrays.equals(vectorOf(letter), vector))
                .findFirst()
                .orElse("?");
    }
}
