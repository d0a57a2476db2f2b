package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Invalidation;
import dev.embedonce.error.StoreUnavailableException;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Deletions;
import dev.embedonce.store.Selection;
import dev.embedonce.store.Stores;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Deletions reach every cache over the store: its other handles, and other processes if they may share it. */
public interface DeletionContract extends StoreFixture {
    /** The content that is forgotten. */
    byte[] FORGOTTEN = TestEntries.randomBytes(31, 100);

    /** A second handle, or the first one if the store refuses a second or isolates it. */
    private CacheStore second(String url, CacheStore first) {
        if (!capabilities().durable()) {
            return first;
        }
        try {
            return open(url);
        } catch (StoreUnavailableException e) {
            assertThat(capabilities().shared()).isFalse();
            return first;
        }
    }

    private static FeatureCache cache(CacheStore store) {
        return FeatureCache.over(store).followDeletions(Duration.ZERO).build();
    }

    private static int encodings(FeatureCache cache, CountingEncoder encoder) {
        int before = encoder.encoded();
        assertThat(cache.getOrCompute(FORGOTTEN, encoder).embedding().tensor())
                .isEqualTo(CountingEncoder.answer(FORGOTTEN));
        return encoder.encoded() - before;
    }

    @Test
    default void announce_isAnotherNumber_forEveryHandleAndAfterAReopen() throws Exception {
        String url = newUrl();
        long last;
        try (CacheStore store = open(url);
                CacheStore other = second(url, store)) {
            long first = Deletions.number(store);
            Deletions.announce(store);
            long second = Deletions.number(other);
            Deletions.announce(other);
            last = Deletions.number(store);
            assertThat(List.of(first, second, last)).doesNotHaveDuplicates().isSorted();
            store.removeAll(TestEntries.batch(0, 1).keySet());
            store.addCounters(Map.of("n", 1L));
            assertThat(Deletions.number(other)).isEqualTo(last);
        }
        if (capabilities().durable()) {
            try (CacheStore store = open(url)) {
                assertThat(Deletions.number(store)).isEqualTo(last);
            }
        }
    }

    @Test
    default void forget_inOneCache_isFollowedByAnother() throws Exception {
        String url = newUrl();
        CountingEncoder encoder = new CountingEncoder();
        try (CacheStore store = open(url);
                CacheStore otherHandle = second(url, store)) {
            FeatureCache deleting = cache(store);
            FeatureCache following = cache(otherHandle);
            assertThat(encodings(following, encoder)).isEqualTo(1);
            assertThat(encodings(following, encoder)).as("in memory").isZero();
            Selection content =
                    new Selection(null, null, deleting.keyOf(FORGOTTEN, encoder).contentHash());
            assertThat(deleting.forget(List.of(content))).isEqualTo(1);
            assertThat(encodings(following, encoder)).isEqualTo(1);
            deleting.invalidate(List.of(deleting.keyOf(FORGOTTEN, encoder)));
            assertThat(encodings(following, encoder)).isEqualTo(1);
        }
    }

    @Test
    default void forget_whileAnotherCacheEncodes_keepsNothingOfIt() throws Exception {
        String url = newUrl();
        CountingEncoder encoder = new CountingEncoder();
        try (CacheStore store = open(url);
                CacheStore otherHandle = second(url, store)) {
            FeatureCache deleting = cache(store);
            FeatureCache encoding = cache(otherHandle);
            encoder.beforeEncode(() -> {
                encoder.beforeEncode(() -> {});
                deleting.invalidate(List.of(deleting.keyOf(FORGOTTEN, encoder)));
            });
            assertThat(encodings(encoding, encoder)).isEqualTo(1);
            assertThat(store.stats().entries()).isZero();
            assertThat(encodings(encoding, encoder)).isEqualTo(1);
            assertThat(store.stats().entries()).isEqualTo(1);
            assertThat(encodings(encoding, encoder)).isZero();
        }
    }

    @Test
    default void forget_inAnotherProcess_isFollowed() throws Exception {
        if (!capabilities().shared() || !capabilities().durable()) {
            return; // there is no other process
        }
        String url = newUrl();
        CountingEncoder encoder = new CountingEncoder();
        try (CacheStore store = open(url)) {
            FeatureCache following = cache(store);
            assertThat(encodings(following, encoder)).isEqualTo(1);
            assertThat(encodings(following, encoder)).as("in memory").isZero();
            Process child = ChildStore.launch(DeletionContract.class, url);
            try {
                assertThat(child.waitFor()).isZero();
            } finally {
                child.destroyForcibly();
            }
            assertThat(store.stats().entries()).isZero();
            assertThat(encodings(following, encoder)).isEqualTo(1);
        }
    }

    /** The other process: forgets everything in the store at the URL. */
    static void main(String[] args) {
        try (CacheStore store = Stores.open(args[0])) {
            new Invalidation(store).run(Selection.ALL, CareProgress.NONE);
        }
    }
}
