package dev.embedonce.testkit;

import static dev.embedonce.testkit.StoreAssertions.CODEC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import dev.embedonce.value.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * For durable stores: after a writer has been killed, everything that was acknowledged is there, and nothing is wrong.
 */
public interface CrashContract extends StoreFixture {
    /** The batches that a writer would write if it were not killed. */
    int BATCHES = 200;

    /** Entries in a batch. */
    int BATCH_SIZE = 20;

    @Test
    default void putAllIfAbsent_killedWriter_everyAcknowledgedEntryIsThereAndNoneIsWrong() throws Exception {
        SplittableRandom random = new SplittableRandom(Soak.SEED);
        String url = newUrl();
        Map<CacheKey, Entry> acknowledged = new HashMap<>();
        Map<CacheKey, Entry> written = new HashMap<>();
        for (int round = 0; round < (Soak.ON ? 30 : 3); round++) {
            long firstSeed = (long) round * BATCHES * BATCH_SIZE;
            int killAfter = random.nextInt(2, BATCHES - 5);
            List<ChildStore.Acknowledged> batches = new ArrayList<>();
            try (ChildStore child = ChildStore.start(url, firstSeed, BATCHES, BATCH_SIZE)) {
                assertThat(child.awaitOpen()).as("opening after the last kill").isNull();
                while (batches.size() < killAfter) {
                    ChildStore.Acknowledged next = child.awaitAcknowledged();
                    assertThat(next).as("the writer goes on").isNotNull();
                    if (next != null) {
                        batches.add(next);
                    }
                }
                TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000)); // somewhere inside a batch
                batches.addAll(child.kill());
            }
            for (ChildStore.Acknowledged batch : batches) {
                assertThat(batch.stored()).isEqualTo(BATCH_SIZE);
            }
            for (int i = 0; i < BATCHES * BATCH_SIZE; i++) {
                written.put(TestEntries.key(firstSeed + i), TestEntries.entry(firstSeed + i));
            }
            for (int i = 0; i < batches.size() * BATCH_SIZE; i++) {
                acknowledged.put(TestEntries.key(firstSeed + i), TestEntries.entry(firstSeed + i));
            }
            check(url, acknowledged, written);
        }
    }

    private void check(String url, Map<CacheKey, Entry> acknowledged, Map<CacheKey, Entry> written) {
        try (CacheStore store = open(url)) {
            Map<CacheKey, Stored> found = store.getAll(written.keySet());
            Set<CacheKey> lost = new HashSet<>(acknowledged.keySet());
            lost.removeAll(found.keySet());
            assertThat(lost)
                    .as("acknowledged entries that are gone (seed %s)", Soak.SEED)
                    .isEmpty();
            found.forEach((key, stored) ->
                    assertThat(CODEC.decode(key, stored)).isEqualTo(new Lookup.Hit(expected(written, key))));
            List<CacheKey> listed = StoreAssertions.list(store, Selection.ALL).stream()
                    .map(StoredInfo::key)
                    .toList();
            assertThat(listed).hasSize(found.size());
            assertThat(new HashSet<>(listed)).isEqualTo(found.keySet());
            assertThat(store.stats().entries()).isEqualTo(found.size());
        }
    }

    private static Entry expected(Map<CacheKey, Entry> written, CacheKey key) {
        Entry entry = written.get(key);
        if (entry == null) {
            throw new AssertionError("nobody wrote " + key);
        }
        return entry;
    }
}
