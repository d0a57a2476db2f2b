package dev.embedonce.care;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.Selection;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Provenance;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CareTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final EntryCodec codec = new EntryCodec(null);
    private Instant now = START;
    private final MemoryStore store = new MemoryStore(new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });

    private static CacheKey key(String model, int content) {
        return new CacheKey(model, "p@1", ContentHasher.sha256().hash(new byte[] {(byte) content}));
    }

    private void put(String model, int content) {
        CacheKey key = key(model, content);
        Entry entry = Entry.of(Embedding.of(content, 1), Provenance.unknown(now));
        store.putAllIfAbsent(Map.of(key, codec.encode(key, entry)));
        now = now.plusSeconds(60);
    }

    private void fill() {
        for (int i = 0; i < 10; i++) {
            put(i % 2 == 0 ? "even@1" : "odd@1", i);
        }
    }

    @Test
    void garbageCollection_plan_removesNothingAndRunDoesWhatThePlanSaid() {
        fill();
        GarbageCollection.Policy policy =
                new GarbageCollection.Policy(Optional.of(START.plusSeconds(240)), Optional.empty(), Set.of());
        GarbageCollection.Report plan = new GarbageCollection(store, policy).plan();
        assertThat(store.stats().entries()).isEqualTo(10);
        assertThat(plan.entries()).isEqualTo(4);
        assertThat(plan.keptEntries()).isEqualTo(6);
        assertThat(new GarbageCollection(store, policy).run(CareProgress.NONE)).isEqualTo(plan);
        assertThat(store.stats().entries()).isEqualTo(6);
        assertThat(store.getAll(List.of(key("even@1", 2)))).isEmpty();
        assertThat(store.getAll(List.of(key("even@1", 4)))).isNotEmpty();
    }

    @Test
    void garbageCollection_bySize_keepsTheNewest() {
        fill();
        long each = store.stats().sizeBytes() / 10;
        GarbageCollection.Policy policy =
                new GarbageCollection.Policy(Optional.empty(), Optional.of(each * 3 + 5), Set.of());
        GarbageCollection.Report report = new GarbageCollection(store, policy).run(CareProgress.NONE);
        assertThat(report.keptBytes()).isLessThanOrEqualTo(each * 3 + 5);
        assertThat(report.keptEntries()).isEqualTo(3);
        assertThat(store.getAll(List.of(key("odd@1", 9), key("even@1", 8), key("odd@1", 7))))
                .hasSize(3);
    }

    @Test
    void garbageCollection_keepModel_removesTheOthers() {
        fill();
        GarbageCollection.Policy policy =
                new GarbageCollection.Policy(Optional.empty(), Optional.empty(), Set.of("even@1"));
        assertThat(new GarbageCollection(store, policy).run(CareProgress.NONE).versions())
                .singleElement()
                .satisfies(v -> assertThat(v.modelVersion()).isEqualTo("odd@1"));
        assertThat(store.stats().entries()).isEqualTo(5);
    }

    @Test
    void garbageCollection_withoutARule_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new GarbageCollection.Policy(Optional.empty(), Optional.empty(), Set.of()));
    }

    @Test
    void verification_findsDamageAndRepairRemovesOnlyIt() {
        fill();
        CacheKey bad = key("even@1", 4);
        Stored.Sealed good = (Stored.Sealed)
                Objects.requireNonNull(store.getAll(List.of(bad)).get(bad));
        store.replaceAll(Map.of(bad, new Stored.Sealed(good.headerBytes(), new byte[8])));
        CacheKey dangling = key("even@1", 100);
        store.putAllIfAbsent(Map.of(
                dangling, codec.encodeLink(dangling, key("even@1", 101).contentHash(), Provenance.unknown(START))));

        Verification.Report report =
                new Verification(store, codec, false, CareProgress.NONE).run(Selection.ALL, 1, new Random(1));
        assertThat(report.checked()).isEqualTo(11);
        assertThat(report.sound()).isEqualTo(9);
        assertThat(report.problems()).isEqualTo(Map.of(Corruption.CHECKSUM, 1L, Corruption.DANGLING_LINK, 1L));
        assertThat(store.stats().entries()).isEqualTo(11);

        new Verification(store, codec, true, CareProgress.NONE).run(Selection.ALL, 1, new Random(1));
        assertThat(store.stats().entries()).isEqualTo(9);
    }

    @Test
    void verification_sample_checksAShare() {
        for (int i = 0; i < 100; i++) {
            put("m@1", i);
        }
        long checked = new Verification(store, codec, false, CareProgress.NONE)
                .run(Selection.ALL, 0.2, new Random(5))
                .checked();
        assertThat(checked).isBetween(8L, 35L);
    }

    @Test
    void transfer_copiesSoundEntriesOnceAndNothingElse() {
        fill();
        CacheKey bad = key("odd@1", 1);
        store.replaceAll(Map.of(bad, new Stored.Sealed(new byte[20], new byte[8])));
        MemoryStore target = new MemoryStore();
        Transfer.Report first = transfer(target);
        assertThat(first).isEqualTo(new Transfer.Report(9, 0, 0, 1));
        assertThat(transfer(target)).isEqualTo(new Transfer.Report(0, 9, 0, 1));
        CacheKey good = key("odd@1", 3);
        assertThat(codec.decode(
                        good,
                        Objects.requireNonNull(target.getAll(List.of(good)).get(good))))
                .isInstanceOf(Lookup.Hit.class);
    }

    private Transfer.Report transfer(MemoryStore target) {
        return new Transfer(target, codec, codec, false).run(store, Selection.ALL, CareProgress.NONE);
    }

    @Test
    void invalidation_forgetsWhatIsSelected() {
        fill();
        assertThat(new Invalidation(store).run(new Selection("odd@1", null, null), CareProgress.NONE))
                .isEqualTo(5);
        assertThat(new Invalidation(store)
                        .run(new Selection(null, null, key("even@1", 2).contentHash()), CareProgress.NONE))
                .isEqualTo(1);
        assertThat(store.stats().entries()).isEqualTo(4);
    }

    @Test
    void driftAudit_tellsNoiseFromAnotherVector() {
        DriftAudit audit = new DriftAudit(1e-4);
        assertThat(audit.compare(Embedding.of(1, 2, 3), Embedding.of(1, 2, 3))).isTrue();
        assertThat(audit.compare(Embedding.of(1, 2, 3), Embedding.of(1, 2, 3.0001f)))
                .isTrue();
        assertThat(audit.compare(Embedding.of(1, 2, 3), Embedding.of(3, 2, 1))).isFalse();
        assertThat(audit.compare(Embedding.of(1, 2, 3), Embedding.of(0, 0, 0))).isFalse();
        assertThat(audit.compare(Embedding.of(1, 2, 3), Embedding.of(1, 2))).isFalse();
        assertThat(audit.bitEqual()).isEqualTo(1);
        assertThat(audit.drifted()).isEqualTo(3);
        assertThat(audit.worst()).isEqualTo(2);
    }
}
