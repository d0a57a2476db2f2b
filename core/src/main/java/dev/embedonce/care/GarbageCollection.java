package dev.embedonce.care;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Deletions;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats.VersionStats;
import dev.embedonce.store.StoredInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Removes entries that are too old, too many, or of models nobody uses any more. It decides first, from the listing
 * alone, and removes afterwards; broken off in the middle it has removed some of what it would have. Every cache over
 * the store forgets what went ({@link Deletions}). A removed entry costs an encoding, never a wrong answer.
 */
public final class GarbageCollection {

    /**
     * What to keep. An entry goes if any rule says so.
     *
     * @param olderThan entries put before this instant go
     * @param maxBytes the oldest entries go until no more than this is left
     * @param keepModels if not empty, entries of every other model version go
     */
    public record Policy(Optional<Instant> olderThan, Optional<Long> maxBytes, Set<String> keepModels) {
        public Policy {
            keepModels = Set.copyOf(keepModels);
            if (olderThan.isEmpty() && maxBytes.isEmpty() && keepModels.isEmpty()) {
                throw new IllegalArgumentException("say what may go: by age, by bytes, or which models to keep");
            }
        }
    }

    /**
     * What would go or went.
     *
     * @param versions how much of each pair of versions
     * @param entries in all
     * @param sizeBytes in all
     * @param keptEntries what stays
     * @param keptBytes what stays
     */
    public record Report(List<VersionStats> versions, long entries, long sizeBytes, long keptEntries, long keptBytes) {
        public Report {
            versions = List.copyOf(versions);
        }
    }

    private final CacheStore store;
    private final Policy policy;

    public GarbageCollection(CacheStore store, Policy policy) {
        this.store = store;
        this.policy = policy;
    }

    /** Says what would go; removes nothing. */
    public Report plan() {
        Predicate<StoredInfo> goes = rule();
        Tally tally = new Tally();
        try (StoreScan scan = store.scan(Selection.ALL)) {
            scan.forEachRemaining(info -> tally.count(info, goes.test(info)));
        }
        return tally.report();
    }

    /** Removes it. */
    public Report run(CareProgress progress) {
        Predicate<StoredInfo> goes = rule();
        Tally tally = new Tally();
        return Deletions.run(store, () -> remove(goes, tally, progress));
    }

    private Report remove(Predicate<StoredInfo> goes, Tally tally, CareProgress progress) {
        long total = store.stats().entries();
        KeyBatches.forEach(
                store,
                Selection.ALL,
                info -> {
                    tally.count(info, goes.test(info));
                    return goes.test(info);
                },
                batch -> {
                    store.removeAll(batch.stream().map(StoredInfo::key).toList());
                    progress.at(tally.entries, total);
                });
        return tally.report();
    }

    private Predicate<StoredInfo> rule() {
        Predicate<StoredInfo> byVersion = info -> !policy.keepModels().isEmpty()
                && !policy.keepModels().contains(info.key().modelVersion());
        Predicate<StoredInfo> byAge = info -> policy.olderThan().isPresent()
                && info.created().isBefore(policy.olderThan().get());
        Predicate<StoredInfo> goes = byVersion.or(byAge);
        return policy.maxBytes().isEmpty()
                ? goes
                : goes.or(bySize(policy.maxBytes().get(), goes));
    }

    /** What is older than the newest {@code maxBytes} of that which the other rules leave. */
    private Predicate<StoredInfo> bySize(long maxBytes, Predicate<StoredInfo> goesAnyway) {
        record Age(Instant created, long sizeBytes) {}
        List<Age> ages = new ArrayList<>();
        try (StoreScan scan = store.scan(Selection.ALL)) {
            scan.forEachRemaining(info -> {
                if (!goesAnyway.test(info)) {
                    ages.add(new Age(info.created(), info.sizeBytes()));
                }
            });
        }
        ages.sort(Comparator.comparing(Age::created).reversed());
        long kept = 0;
        for (Age age : ages) {
            kept += age.sizeBytes();
            if (kept > maxBytes) {
                Instant newestToGo = age.created();
                return info -> !info.created().isAfter(newestToGo);
            }
        }
        return info -> false;
    }

    private static final class Tally {
        private record Versions(String model, String preproc) {}

        private final Map<Versions, long[]> gone = new LinkedHashMap<>();
        private long entries;
        private long bytes;
        private long keptEntries;
        private long keptBytes;

        void count(StoredInfo info, boolean goes) {
            if (!goes) {
                keptEntries++;
                keptBytes += info.sizeBytes();
                return;
            }
            entries++;
            bytes += info.sizeBytes();
            long[] sum = gone.computeIfAbsent(
                    new Versions(info.key().modelVersion(), info.key().preprocVersion()), v -> new long[2]);
            sum[0]++;
            sum[1] += info.sizeBytes();
        }

        Report report() {
            List<VersionStats> versions = gone.entrySet().stream()
                    .map(e -> new VersionStats(
                            e.getKey().model(), e.getKey().preproc(), e.getValue()[0], e.getValue()[1]))
                    .toList();
            return new Report(versions, entries, bytes, keptEntries, keptBytes);
        }
    }
}
