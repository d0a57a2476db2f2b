package dev.embedonce.cache;

import static dev.embedonce.cache.FakeEncoder.image;
import static dev.embedonce.cache.FakeEncoder.images;
import static dev.embedonce.cache.FakeEncoder.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.feature.FunctionEncoder;
import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.HeapStats;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.feature.Usage;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.LeaseTable;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import dev.embedonce.value.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FeatureCacheTest {
    private final MemoryStore store = new MemoryStore();
    private final FakeEncoder encoder = new FakeEncoder();

    private FeatureCache withoutHeap() {
        return FeatureCache.over(store).heapBytes(0).build();
    }

    private static List<Source> sources(List<Outcome> outcomes) {
        return outcomes.stream()
                .map(o -> o instanceof Outcome.Served s ? s.source() : null)
                .toList();
    }

    private static void assertVector(Outcome outcome, String pixels) {
        assertThat(((Outcome.Served) outcome).entry().embedding()).isEqualTo(Embedding.of(vectorOf(pixels)));
    }

    @Test
    void getOrComputeAll_secondTime_isAHitAndEqual() {
        FeatureCache cache = withoutHeap();
        List<Outcome> cold = cache.getOrComputeAll(images("a", "b", "c"), encoder);
        List<Outcome> warm = cache.getOrComputeAll(images("c", "a", "b"), encoder);
        assertThat(sources(cold)).containsOnly(Source.ENCODED);
        assertThat(sources(warm)).containsOnly(Source.STORE);
        assertVector(warm.get(0), "c");
        assertVector(warm.get(1), "a");
        assertThat(encoder.encodedImages).hasValue(3);
        Provenance provenance = ((Outcome.Served) warm.get(0)).entry().provenance();
        assertThat(provenance.runtime()).isEqualTo("fake 1");
        assertThat(provenance.batchSize()).isEqualTo(3);
        assertThat(provenance.width()).isEqualTo(1);
        assertThat(cache.stats().savedEncodeNanos()).isPositive();
    }

    /** A file that may be overwritten after it was hashed. */
    private record TestFile(ContentHash contentHash, AtomicReference<byte[]> content, AtomicInteger reads)
            implements HashedImage {
        static TestFile of(FeatureCache cache, String text) throws IOException {
            byte[] bytes = image(text);
            return new TestFile(
                    cache.hash(new ByteArrayInputStream(bytes)), new AtomicReference<>(bytes), new AtomicInteger());
        }

        @Override
        public byte[] bytes() throws IOException {
            reads.incrementAndGet();
            if (content.get() == null) {
                throw new IOException("it is gone");
            }
            return content.get();
        }
    }

    @Test
    void getOrComputeHashed_readsWhatIsNotKnownAndNothingElse() throws IOException {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("a"), encoder);
        TestFile known = TestFile.of(cache, "a");
        TestFile fresh = TestFile.of(cache, "b");

        List<Outcome> outcomes = cache.getOrComputeHashed(List.of(known, fresh, fresh), encoder);

        assertThat(sources(outcomes)).containsExactly(Source.STORE, Source.ENCODED, Source.SHARED);
        assertVector(outcomes.get(0), "a");
        assertVector(outcomes.get(2), "b");
        assertThat(known.reads()).hasValue(0);
        assertThat(fresh.reads()).hasValue(1);
        assertThat(sources(cache.getOrComputeAll(images("b"), encoder))).containsExactly(Source.STORE);
    }

    @Test
    void getOrComputeHashed_fileOverwrittenSinceItWasHashed_failsAndKeepsNothing() throws IOException {
        FeatureCache cache = withoutHeap();
        TestFile overwritten = TestFile.of(cache, "before");
        overwritten.content().set(image("after"));
        TestFile removed = TestFile.of(cache, "removed");
        removed.content().set(null);
        TestFile sound = TestFile.of(cache, "sound");

        List<Outcome> outcomes = cache.getOrComputeHashed(List.of(overwritten, removed, sound), encoder);

        assertThat(((Outcome.Failed) outcomes.get(0)).error()).hasMessage("it changed while it was read");
        assertThat(((Outcome.Failed) outcomes.get(1)).error()).hasMessage("it is gone");
        assertVector(outcomes.get(2), "sound");
        assertThat(cache.stats().failed()).isEqualTo(2);
        assertThat(sources(cache.getOrComputeAll(images("before", "after"), encoder)))
                .containsOnly(Source.ENCODED);
    }

    @Test
    void getOrComputeAll_heapTier_answersFromMemory() {
        FeatureCache cache = FeatureCache.over(store).build();
        cache.getOrComputeAll(images("a"), encoder);
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.MEMORY);
    }

    /** Direct memory of dropped entries would be given back at some time or other, whatever the tier's bound is. */
    @Test
    void getOrCompute_largeTensor_isKeptOnTheHeap() {
        FunctionEncoder large = new FunctionEncoder("model@1", "preproc@1", image -> new float[100_000]);
        FeatureCache cache = FeatureCache.over(store).build();
        byte[] image = {1};

        Tensor encoded = cache.getOrCompute(image, large).embedding().tensor();
        Tensor remembered = cache.getOrCompute(image, large).embedding().tensor();

        assertThat(encoded.isDirect()).isTrue();
        assertThat(remembered.isDirect()).isFalse();
        assertThat(remembered).isEqualTo(encoded);
        assertThat(cache.getOrCompute(image, large).embedding().tensor()).isSameAs(remembered);
    }

    @Test
    void heapStats_moreThanFits_countsWhatIsHeldAndEvicted() {
        FeatureCache cache = FeatureCache.over(store).heapBytes(10_000).build();
        for (int i = 0; i < 100; i++) {
            cache.getOrComputeAll(images("picture " + i), encoder);
        }
        HeapStats stats = cache.heapStats();
        assertThat(stats.maxBytes()).isEqualTo(10_000);
        assertThat(stats.sizeBytes()).isBetween(1L, 10_000L);
        assertThat(stats.entries()).isPositive();
        assertThat(stats.entries() + stats.evictions()).isEqualTo(100);
        assertThat(withoutHeap().heapStats()).isEqualTo(new HeapStats(0, 0, 0, 0));
    }

    @Test
    void getOrComputeAll_duplicatesInABatch_areEncodedOnce() {
        FeatureCache cache = withoutHeap();
        List<Outcome> outcomes = cache.getOrComputeAll(images("a", "b", "a", "a"), encoder);
        assertThat(sources(outcomes)).containsExactly(Source.ENCODED, Source.ENCODED, Source.SHARED, Source.SHARED);
        assertThat(encoder.encodedImages).hasValue(2);
        assertThat(cache.stats().images()).isEqualTo(4);
        assertThat(cache.stats().hits()).isEqualTo(2);
    }

    @Test
    void getOrComputeAll_mixOfHitsAndMisses_keepsInputOrder() {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("b", "d"), encoder);
        List<Outcome> outcomes = cache.getOrComputeAll(images("a", "b", "c", "d", "e"), encoder);
        for (int i = 0; i < 5; i++) {
            assertVector(outcomes.get(i), String.valueOf((char) ('a' + i)));
        }
    }

    @Test
    void getOrComputeAll_misses_areEncodedInFullBatches() {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("c", "g"), encoder);
        encoder.batches.clear();
        cache.getOrComputeAll(images("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"), encoder);
        assertThat(encoder.batches).containsExactly(4, 4, 1);
    }

    @Test
    void getOrComputeAll_samePixelsInOtherBytes_isAPixelHitThenAHit() {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("a|png"), encoder);
        List<Outcome> other = cache.getOrComputeAll(images("a|webp", "b"), encoder);
        assertThat(sources(other)).containsExactly(Source.PIXELS, Source.ENCODED);
        assertVector(other.get(0), "a");
        assertThat(sources(cache.getOrComputeAll(images("a|webp"), encoder))).containsExactly(Source.STORE);
        assertThat(encoder.encodedImages).hasValue(2);
        assertThat(cache.stats().pixelHits()).isEqualTo(1);
    }

    @Test
    void getOrComputeAll_samePixelsTwiceInOneBatch_areEncodedOnce() {
        FeatureCache cache = withoutHeap();
        List<Outcome> outcomes = cache.getOrComputeAll(images("a|1", "a|2", "b", "a|3"), encoder);
        assertThat(sources(outcomes)).containsExactly(Source.ENCODED, Source.PIXELS, Source.ENCODED, Source.PIXELS);
        assertThat(encoder.encodedImages).hasValue(2);
        assertVector(outcomes.get(3), "a");
        assertThat(sources(cache.getOrComputeAll(images("a|2", "a|3"), encoder)))
                .containsOnly(Source.STORE);
    }

    @Test
    void getOrComputeAll_linkWhoseTargetIsGone_isAMissThatHeals() {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("a|1"), encoder);
        cache.getOrComputeAll(images("a|2"), encoder);
        cache.invalidate(List.of(cache.keyOf(image("a|1"), encoder)));
        List<Outcome> again = cache.getOrComputeAll(images("a|2"), encoder);
        assertThat(sources(again)).containsExactly(Source.ENCODED);
        assertThat(cache.stats().corrupt()).containsKey(Corruption.DANGLING_LINK);
        assertThat(sources(cache.getOrComputeAll(images("a|2", "a|3"), encoder)))
                .containsExactly(Source.STORE, Source.PIXELS);
    }

    @Test
    void getOrComputeAll_badImages_failAloneAndLeaveNothing() {
        FeatureCache cache = withoutHeap();
        List<Outcome> outcomes = cache.getOrComputeAll(images("a", "broken 1", "poison", "b"), encoder);
        assertVector(outcomes.get(0), "a");
        assertThat(((Outcome.Failed) outcomes.get(1)).error()).hasMessage("not an image: broken 1");
        assertThat(((Outcome.Failed) outcomes.get(2)).error()).hasMessage("cannot encode poison");
        assertVector(outcomes.get(3), "b");
        assertThat(cache.peek(cache.keyOf(image("poison"), encoder))).isEmpty();
        assertThat(cache.stats().failed()).isEqualTo(2);
        assertThatThrownBy(() -> cache.getOrCompute(image("poison"), encoder)).hasMessage("cannot encode poison");
    }

    @Test
    void getOrCompute_otherModelOrPreprocessing_isAMiss() {
        FeatureCache cache = withoutHeap();
        cache.getOrCompute(image("a"), encoder);
        encoder.modelVersion = "fake@2";
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
        encoder.preprocVersion = "text@2";
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
    }

    @Test
    void getOrCompute_64ThreadsOneKey_encodesOnce() throws Exception {
        FeatureCache cache = withoutHeap();
        CountDownLatch start = new CountDownLatch(1);
        encoder.beforeEncode = () -> sleep(100);
        ExecutorService threads = Executors.newFixedThreadPool(64);
        try {
            List<Future<Entry>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(threads.submit(() -> {
                    start.await();
                    return cache.getOrCompute(image("a"), encoder);
                }));
            }
            start.countDown();
            for (Future<Entry> answer : answers) {
                assertThat(answer.get().embedding()).isEqualTo(Embedding.of(vectorOf("a")));
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(encoder.encodedImages).hasValue(1);
        assertThat(cache.stats().encoded()).isEqualTo(1);
        assertThat(cache.stats().hits()).isEqualTo(63);
    }

    @Test
    void getOrComputeAll_overlappingBatchesInOppositeOrder_doNotWaitForEachOtherForEver() throws Exception {
        FeatureCache cache = withoutHeap();
        encoder.batchSize = 1;
        encoder.beforeEncode = () -> sleep(5);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 20; round++) {
                String a = "a" + round;
                String b = "b" + round;
                Future<List<Outcome>> one = threads.submit(() -> cache.getOrComputeAll(images(a, b), encoder));
                Future<List<Outcome>> two = threads.submit(() -> cache.getOrComputeAll(images(b, a), encoder));
                assertVector(one.get(20, TimeUnit.SECONDS).get(0), a);
                assertVector(two.get(20, TimeUnit.SECONDS).get(0), b);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(encoder.encodedImages).hasValue(40);
    }

    @Test
    void getOrCompute_failingFlight_failsItsWaitersAndIsTriedAnewNextTime() {
        FeatureCache cache = withoutHeap();
        encoder.beforeEncode = () -> {
            throw new IllegalStateException("out of memory");
        };
        assertThatThrownBy(() -> cache.getOrCompute(image("a"), encoder)).hasMessage("out of memory");
        encoder.beforeEncode = () -> {};
        assertThat(cache.getOrCompute(image("a"), encoder).embedding()).isEqualTo(Embedding.of(vectorOf("a")));
    }

    private void tamper(CacheKey key, UnaryOperator<Stored.Sealed> change) {
        Stored.Sealed entry = (Stored.Sealed) store.getAll(List.of(key)).get(key);
        store.replaceAll(Map.of(key, change.apply(entry)));
    }

    @Test
    void getOrCompute_vectorOverwrittenByZeros_isACountedMissAndHeals() {
        encoder.batchSize = 1;
        FeatureCache cache = withoutHeap();
        cache.getOrCompute(image("a"), encoder);
        CacheKey key = cache.keyOf(image("a"), encoder);
        tamper(key, entry -> new Stored.Sealed(entry.headerBytes(), new byte[8]));
        List<Outcome> outcomes = cache.getOrComputeAll(images("a"), encoder);
        assertVector(outcomes.get(0), "a");
        assertThat(sources(outcomes)).containsExactly(Source.ENCODED);
        assertThat(cache.stats().corrupt())
                .containsEntry(Corruption.CHECKSUM, 2L); // itself, and its input's link to it
        assertThat(cache.stats().healed()).isPositive();
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.STORE);
    }

    @Test
    void getOrCompute_rowsSwapped_isAKeyMismatch() {
        FeatureCache cache = withoutHeap();
        cache.getOrComputeAll(images("a", "b"), encoder);
        CacheKey a = cache.keyOf(image("a"), encoder);
        CacheKey b = cache.keyOf(image("b"), encoder);
        Stored.Sealed ofB = (Stored.Sealed) store.getAll(List.of(b)).get(b);
        tamper(a, entry -> ofB);
        assertVector(cache.getOrComputeAll(images("a"), encoder).get(0), "a");
        assertThat(cache.stats().corrupt()).containsKey(Corruption.KEY_MISMATCH);
    }

    @Test
    void getOrCompute_foreignRow_isServedOnlyWhenTrusted() {
        CacheKey key = withoutHeap().keyOf(image("a"), encoder);
        Stored.Foreign foreign = new Stored.Foreign(Embedding.of(7, 8).tensor().data(), Instant.EPOCH);
        CacheStore withForeign = new ForwardingStore(store) {
            @Override
            public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
                Map<CacheKey, Stored> found = new HashMap<>(super.getAll(keys));
                if (keys.contains(key)) {
                    found.putIfAbsent(key, foreign);
                }
                return found;
            }
        };
        FeatureCache trusting =
                FeatureCache.over(withForeign).heapBytes(0).trustForeign(true).build();
        assertThat(trusting.getOrCompute(image("a"), encoder).embedding()).isEqualTo(Embedding.of(7, 8));
        assertThat(trusting.stats().foreignHits()).isEqualTo(1);

        FeatureCache strict = FeatureCache.over(withForeign).heapBytes(0).build();
        assertThat(strict.getOrCompute(image("a"), encoder).embedding()).isEqualTo(Embedding.of(vectorOf("a")));
        assertThat(strict.stats().foreignSkipped()).isEqualTo(1);
        assertThat(strict.stats().encoded()).isEqualTo(1);
    }

    @Test
    void getOrCompute_sealRequired_refusesUnsealedAndForeignSeals() {
        byte[] first = new byte[32];
        byte[] second = new byte[32];
        second[0] = 1;
        withoutHeap().getOrCompute(image("a"), encoder);
        FeatureCache sealing = FeatureCache.over(store)
                .heapBytes(0)
                .sealKeys(SealKeys.of(List.of(first)))
                .build();
        assertThat(sources(sealing.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
        assertThat(sealing.stats().corrupt()).containsKey(Corruption.UNSEALED);
        assertThat(sources(sealing.getOrComputeAll(images("a"), encoder))).containsExactly(Source.STORE);

        FeatureCache rotated = FeatureCache.over(store)
                .heapBytes(0)
                .sealKeys(SealKeys.of(List.of(second, first)))
                .build();
        assertThat(sources(rotated.getOrComputeAll(images("a"), encoder))).containsExactly(Source.STORE);

        FeatureCache stranger = FeatureCache.over(store)
                .heapBytes(0)
                .sealKeys(SealKeys.of(List.of(second)))
                .build();
        assertThat(sources(stranger.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
        assertThat(stranger.stats().corrupt()).containsKey(Corruption.BAD_SEAL);
    }

    @Test
    void getOrCompute_anotherWriterWasFirst_countsAConflictAndServesTheFirst() {
        FeatureCache cache = withoutHeap();
        CacheKey key = cache.keyOf(image("a"), encoder);
        encoder.beforeEncode = () -> store.putAllIfAbsent(Map.of(
                key,
                new EntryCodec(null).encode(key, Entry.of(Embedding.of(1, 2), Provenance.unknown(Instant.EPOCH)))));
        assertThat(cache.getOrCompute(image("a"), encoder).embedding()).isEqualTo(Embedding.of(1, 2));
        assertThat(cache.stats().conflicts()).isEqualTo(1);
    }

    @Test
    void getOrCompute_storeDown_stillAnswersAndCounts() {
        FeatureCache cache = FeatureCache.over(new ForwardingStore(store) {
                    @Override
                    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
                        throw new StoreUnavailableException("connection refused");
                    }

                    @Override
                    public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
                        throw new StoreUnavailableException("connection refused");
                    }
                })
                .heapBytes(0)
                .build();
        List<Outcome> outcomes = cache.getOrComputeAll(images("a", "b"), encoder);
        assertVector(outcomes.get(0), "a");
        assertVector(outcomes.get(1), "b");
        assertThat(cache.stats().storeReadFailures()).isPositive();
        assertThat(cache.stats().storeWriteFailures()).isPositive();
    }

    @Test
    void forTenant_sharesNothing() {
        FeatureCache cache = FeatureCache.over(store).build();
        cache.forTenant("one").getOrCompute(image("a"), encoder);
        assertThat(sources(cache.forTenant("two").getOrComputeAll(images("a", "a|2"), encoder)))
                .containsExactly(Source.ENCODED, Source.PIXELS);
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
        assertThat(sources(cache.forTenant("one").getOrComputeAll(images("a"), encoder)))
                .containsExactly(Source.MEMORY);
    }

    @Test
    void getOrComputeAll_twoCachesOnASharedStore_encodeEachContentOnce() throws Exception {
        CacheStore shared = new ForwardingStore(store) {
            @Override
            public StoreCapabilities capabilities() {
                return new StoreCapabilities(true, true, Integer.MAX_VALUE);
            }
        };
        encoder.beforeEncode = () -> sleep(20);
        encoder.batchSize = 2;
        List<byte[]> forwards = images("a", "b", "c", "d", "e", "f");
        List<byte[]> backwards = images("f", "e", "d", "c", "b", "a");
        FeatureCache one = FeatureCache.over(shared).heapBytes(0).build();
        FeatureCache two = FeatureCache.over(shared).heapBytes(0).build();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<List<Outcome>> first = threads.submit(() -> one.getOrComputeAll(forwards, encoder));
            Future<List<Outcome>> second = threads.submit(() -> two.getOrComputeAll(backwards, encoder));
            assertVector(first.get().get(0), "a");
            assertVector(second.get().get(0), "f");
        } finally {
            threads.shutdownNow();
        }
        assertThat(encoder.encodedImages).hasValue(6);
    }

    @Test
    void getOrComputeAll_publishedByAnotherProcessBeforeTheLease_isNotEncodedAgain() {
        FeatureCache other = FeatureCache.over(store).build();
        CacheStore shared = new ForwardingStore(store) {
            @Override
            public StoreCapabilities capabilities() {
                return new StoreCapabilities(true, true, Integer.MAX_VALUE);
            }

            @Override
            public Optional<LeaseTable> leases() {
                other.getOrComputeAll(images("a", "b"), encoder);
                return super.leases();
            }
        };
        FeatureCache cache = FeatureCache.over(shared).heapBytes(0).build();

        List<Outcome> outcomes = cache.getOrComputeAll(images("a", "c"), encoder);

        assertThat(sources(outcomes)).containsExactly(Source.SHARED, Source.ENCODED);
        assertVector(outcomes.get(0), "a");
        assertThat(encoder.encodedImages).hasValue(3);
    }

    @Test
    void getOrCompute_leaseOfADeadProcess_isTakenOver() {
        CacheStore shared = new ForwardingStore(store) {
            @Override
            public StoreCapabilities capabilities() {
                return new StoreCapabilities(true, true, Integer.MAX_VALUE);
            }
        };
        FeatureCache cache = FeatureCache.over(shared).heapBytes(0).build();
        LeaseTable leases = store.leases().orElseThrow();
        leases.tryAcquire(List.of(cache.keyOf(image("a"), encoder)), "a dead process", Duration.ofMillis(300));
        assertThat(sources(cache.getOrComputeAll(images("a"), encoder))).containsExactly(Source.ENCODED);
    }

    @Test
    void close_recordsUsageInTheStore() {
        ForwardingStore open = new ForwardingStore(store) {
            @Override
            public void close() {
                // stays open for the assertion
            }
        };
        FeatureCache cache = FeatureCache.over(open).build();
        cache.getOrComputeAll(images("a", "b", "a"), encoder);
        cache.close();
        assertThat(store.counters()).containsEntry(Usage.IMAGES, 3L).containsEntry(Usage.ENCODED, 2L);
    }

    @Test
    void embeddingCache_functionAndVersions_likeTheArticle() {
        try (EmbeddingCache cache = new EmbeddingCache(store)) {
            Embedding cold = cache.getOrCompute(image("a"), "facebook/dinov2-small", "resize224-imnet", b -> {
                return new float[] {b.length, 2};
            });
            Embedding warm = cache.getOrCompute(image("a"), "facebook/dinov2-small", "resize224-imnet", b -> {
                throw new AssertionError("must not run");
            });
            assertThat(warm).isEqualTo(cold).isEqualTo(Embedding.of(1, 2));
            assertThatThrownBy(() -> cache.getOrCompute(image("a"), "unknown", "resize224-imnet", b -> new float[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("modelVersion");
        }
    }

    private static void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
