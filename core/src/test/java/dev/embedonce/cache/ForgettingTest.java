package dev.embedonce.cache;

import static dev.embedonce.cache.FakeEncoder.image;
import static dev.embedonce.cache.FakeEncoder.images;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.GarbageCollection;
import dev.embedonce.care.Invalidation;
import dev.embedonce.codec.Stored;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.feature.Tenant;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Deletions;
import dev.embedonce.store.Selection;
import dev.embedonce.store.memory.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * After a deletion nothing that came from the content is an answer, in this cache, and soon in every other one on the
 * same store.
 */
@Timeout(60)
class ForgettingTest {
    private final MemoryStore store = new MemoryStore();
    private final FakeEncoder encoder = new FakeEncoder();
    private final FeatureCache cache = FeatureCache.over(store).build();

    /** A cache of another process, which looks for deletions at every call. */
    private FeatureCache other(CacheStore over) {
        return FeatureCache.over(over).followDeletions(Duration.ZERO).build();
    }

    private Source ask(FeatureCache of, String text) {
        Outcome outcome = of.getOrComputeAll(images(text), encoder).get(0);
        return ((Outcome.Served) outcome).source();
    }

    private CacheKey key(String text) {
        return cache.keyOf(image(text), encoder);
    }

    private void delete(FeatureCache by, String text) {
        by.invalidate(List.of(key(text)));
    }

    /** Deletes when the encoder runs for the first time from now on. */
    private void deleteWhileEncoding(FeatureCache by, String text) {
        encoder.beforeEncode = () -> {
            encoder.beforeEncode = () -> {};
            delete(by, text);
        };
    }

    @Test
    void invalidate_twinInMemory_isNoAnswerAndIsNotWrittenBack() {
        ask(cache, "a|1");
        assertThat(ask(cache, "a|2")).isEqualTo(Source.PIXELS); // its link and the input's are in memory now

        delete(cache, "a|1");

        assertThat(cache.heapStats().entries()).isZero();
        assertThat(store.getAll(List.of(key("a|1")))).isEmpty();
        assertThat(ask(cache, "a|2")).isEqualTo(Source.ENCODED);
    }

    @Test
    void invalidate_inputLinkInMemory_doesNotBringTheContentBack() {
        ask(cache, "a|1");
        ask(cache, "a|2");
        delete(cache, "a|1");
        assertThat(ask(cache, "a|1")).isEqualTo(Source.ENCODED);
    }

    @Test
    void invalidate_whileTheContentIsEncoded_nothingOfTheLoadIsKept() {
        deleteWhileEncoding(cache, "a|1");
        assertThat(ask(cache, "a|1")).isEqualTo(Source.ENCODED);
        assertThat(store.stats().entries()).isZero();
        assertThat(cache.heapStats().entries()).isZero();
        assertThat(ask(cache, "a|1")).isEqualTo(Source.ENCODED);
        assertThat(ask(cache, "a|1")).isEqualTo(Source.MEMORY);
    }

    @Test
    void invalidate_whileAPictureIsPrepared_noLinkIsKept() {
        FakeEncoder slow = new FakeEncoder() {
            @Override
            public Pixels prepare(byte[] image) {
                Pixels pixels = super.prepare(image);
                delete(cache, "a|1");
                return pixels;
            }
        };
        ask(cache, "a|1");
        ask(cache, "a|3");
        cache.getOrComputeAll(images("a|2"), slow);
        assertThat(store.getAll(List.of(key("a|1"), key("a|2")))).isEmpty();
        assertThat(ask(cache, "a|2")).isEqualTo(Source.ENCODED);
    }

    @Test
    void invalidate_betweenALookUpAndItsMemory_nothingIsRemembered() {
        AtomicReference<Runnable> afterLookUp = new AtomicReference<>(() -> {});
        FeatureCache slow = FeatureCache.over(new ForwardingStore(store) {
                    @Override
                    public Map<CacheKey, Stored> getAll(Collection<CacheKey> keys) {
                        Map<CacheKey, Stored> found = super.getAll(keys);
                        afterLookUp.getAndSet(() -> {}).run();
                        return found;
                    }
                })
                .build();
        ask(cache, "a|1");
        afterLookUp.set(() -> delete(slow, "a|1"));
        assertThat(ask(slow, "a|1")).isEqualTo(Source.STORE); // it was asked before the deletion
        assertThat(slow.heapStats().entries()).isZero();
        assertThat(ask(slow, "a|1")).isEqualTo(Source.ENCODED);
    }

    @Test
    void getOrCompute_afterADeletion_doesNotJoinAnEncodingFromBeforeIt() throws Exception {
        CountDownLatch encoding = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        encoder.beforeEncode = () -> {
            encoder.beforeEncode = () -> {};
            encoding.countDown();
            await(goOn);
        };
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<Source> before = threads.submit(() -> ask(cache, "a|1"));
            encoding.await();
            delete(cache, "a|1");
            assertThat(ask(cache, "a|1")).isEqualTo(Source.ENCODED); // hangs if it waits for the other one
            goOn.countDown();
            assertThat(before.get()).isEqualTo(Source.ENCODED);
            assertThat(ask(cache, "a|1")).isEqualTo(Source.MEMORY);
        } finally {
            goOn.countDown();
            threads.shutdownNow();
        }
    }

    @Test
    void invalidate_inAnotherProcess_isFollowed() {
        FeatureCache following = other(store);
        ask(following, "a|1");
        ask(following, "a|2");
        delete(cache, "a|1");
        assertThat(following.get(key("a|1"))).isEmpty();
        assertThat(ask(following, "a|2")).isEqualTo(Source.ENCODED);
        delete(cache, "a|2");
        long before = following.deletions();
        delete(cache, "a|2");
        assertThat(following.deletions()).isGreaterThan(before);
        assertThat(following.heapStats().entries()).isZero();
    }

    @Test
    void invalidate_inAnotherProcessWhileTheContentIsEncoded_nothingOfTheLoadIsKept() {
        FeatureCache rarely =
                FeatureCache.over(store).followDeletions(Duration.ofDays(1)).build();
        ask(rarely, "b");
        deleteWhileEncoding(cache, "a|1");
        assertThat(ask(rarely, "a|1")).isEqualTo(Source.ENCODED);
        assertThat(store.getAll(List.of(key("a|1")))).isEmpty();
        assertThat(rarely.heapStats().entries()).isZero();
    }

    @Test
    void invalidate_inAnotherProcessBetweenTheLastLookAndTheWrite_isUndone() {
        AtomicReference<Runnable> beforeWrite = new AtomicReference<>(() -> {});
        FeatureCache writing = other(new ForwardingStore(store) {
            @Override
            public Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records) {
                beforeWrite.getAndSet(() -> {}).run();
                return super.putAllIfAbsent(records);
            }
        });
        beforeWrite.set(() -> delete(cache, "a|1"));
        assertThat(ask(writing, "a|1")).isEqualTo(Source.ENCODED);
        assertThat(store.stats().entries()).isZero();
        assertThat(writing.heapStats().entries()).isZero();
    }

    @Test
    void missAfterADeletionNotYetSeen_isKept() {
        FeatureCache rarely =
                FeatureCache.over(store).followDeletions(Duration.ofDays(1)).build();
        ask(rarely, "b");
        delete(cache, "b");
        assertThat(ask(rarely, "a")).isEqualTo(Source.ENCODED);
        assertThat(store.getAll(List.of(key("a")))).isNotEmpty();
        assertThat(ask(rarely, "b")).isEqualTo(Source.ENCODED); // the miss has looked
    }

    @Test
    void invalidationAndGarbageCollection_areFollowed() {
        FeatureCache following = other(store);
        ask(following, "a");
        new Invalidation(store).run(new Selection(encoder.modelVersion, null, null), CareProgress.NONE);
        assertThat(ask(following, "a")).isEqualTo(Source.ENCODED);
        GarbageCollection.Policy all =
                new GarbageCollection.Policy(Optional.of(Instant.now().plusSeconds(60)), Optional.empty(), Set.of());
        new GarbageCollection(store, all).run(CareProgress.NONE);
        assertThat(ask(following, "a")).isEqualTo(Source.ENCODED);
    }

    @Test
    void forget_bySelection_reachesMemoryAndTenants() {
        FeatureCache tenant = cache.forTenant("salt");
        ask(tenant, "a");
        ask(cache, "a");
        ContentHash content = key("a").contentHash();
        Selection plain = new Selection(null, null, content);
        Selection salted = new Selection(null, null, new Tenant("salt").keyHash(content));
        assertThat(cache.forget(List.of(plain, salted))).isEqualTo(2);
        assertThat(ask(tenant, "a")).isEqualTo(Source.ENCODED);
        assertThat(ask(cache, "a")).isEqualTo(Source.ENCODED);
    }

    @Test
    void hits_askTheStoreForDeletionsOnceAnInterval() {
        AtomicInteger looks = new AtomicInteger();
        FeatureCache warm = FeatureCache.over(new ForwardingStore(store) {
                    @Override
                    public Map<String, Long> counters() {
                        looks.incrementAndGet();
                        return super.counters();
                    }
                })
                .followDeletions(Duration.ofDays(1))
                .build();
        ask(warm, "a");
        looks.set(0);
        for (int i = 0; i < 1000; i++) {
            assertThat(ask(warm, "a")).isEqualTo(Source.MEMORY);
        }
        assertThat(looks).hasValue(0);
    }

    @Test
    void storeThatCannotHoldTheNumber_refusesToDelete_andHitsGoOn() {
        AtomicInteger looks = new AtomicInteger();
        FeatureCache down = FeatureCache.over(new ForwardingStore(store) {
                    @Override
                    public Map<String, Long> counters() {
                        if (looks.incrementAndGet() > 1) {
                            throw new StoreUnavailableException("connection refused");
                        }
                        return super.counters();
                    }

                    @Override
                    public void addCounters(Map<String, Long> deltas) {
                        throw new StoreUnavailableException("no counters here");
                    }
                })
                .followDeletions(Duration.ZERO)
                .build();
        ask(cache, "a");
        assertThat(ask(down, "a")).isEqualTo(Source.STORE);
        assertThat(ask(down, "a")).isEqualTo(Source.MEMORY);
        assertThatThrownBy(() -> delete(down, "a")).hasMessage("no counters here");
        assertThat(store.getAll(List.of(key("a")))).isNotEmpty();
    }

    @Test
    void announce_isAnotherNumberEveryTime() {
        long first = Deletions.number(store);
        Deletions.announce(store);
        long second = Deletions.number(store);
        Deletions.announce(store);
        assertThat(List.of(first, second, Deletions.number(store)))
                .doesNotHaveDuplicates()
                .isSorted();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
