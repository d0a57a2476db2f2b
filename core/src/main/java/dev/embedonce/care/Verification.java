package dev.embedonce.care;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoredInfo;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Reads entries and checks them as a look-up would: checksum, key echo, seal, and that links lead somewhere. Changes
 * nothing unless asked to repair, and then only removes what would never be an answer. Single use, one thread.
 */
public final class Verification {
    private static final int LISTED = 1_000;

    /** An entry that is not an answer. */
    public record Problem(CacheKey key, Corruption reason, String detail) {}

    /**
     * What was found.
     *
     * @param checked entries read
     * @param sound vectors and bundles that are answers
     * @param links links that lead to an entry
     * @param foreign rows of other programs, which nothing proves
     * @param problems what is not an answer, by reason
     * @param listed the first 1,000 of them
     * @param removed how many of them a repair removed
     */
    public record Report(
            long checked,
            long sound,
            long links,
            long foreign,
            Map<Corruption, Long> problems,
            List<Problem> listed,
            long removed) {
        public Report {
            problems = Map.copyOf(problems);
            listed = List.copyOf(listed);
        }

        public long problemCount() {
            return problems.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final CacheStore store;
    private final EntryCodec codec;
    private final boolean repair;
    private final CareProgress progress;

    private long checked;
    private long sound;
    private long links;
    private long foreign;
    private long removed;
    private final Map<Corruption, Long> problems = new EnumMap<>(Corruption.class);
    private final List<Problem> listed = new ArrayList<>();

    /**
     * Prepares a verification.
     *
     * @param repair whether to remove what is not an answer
     */
    public Verification(CacheStore store, EntryCodec codec, boolean repair, CareProgress progress) {
        this.store = store;
        this.codec = codec;
        this.repair = repair;
        this.progress = progress;
    }

    /**
     * Checks a share of the selected entries.
     *
     * @param share 0 to 1; each entry is taken with this probability
     * @param random chooses them
     */
    public Report run(Selection selection, double share, Random random) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("the share to check lies above 0 and up to 1; found " + share);
        }
        long total = Math.round(store.stats().entries() * share);
        KeyBatches.forEach(store, selection, info -> share == 1 || random.nextDouble() < share, batch -> {
            check(batch.stream().map(StoredInfo::key).toList());
            progress.at(checked, total);
        });
        return new Report(checked, sound, links, foreign, problems, listed, removed);
    }

    private void check(List<CacheKey> keys) {
        Map<CacheKey, Stored> found = store.getAll(keys);
        Map<CacheKey, CacheKey> targets = new LinkedHashMap<>();
        List<Problem> bad = new ArrayList<>();
        for (CacheKey key : keys) {
            Stored stored = found.get(key);
            if (stored == null) {
                continue; // removed since it was listed
            }
            checked++;
            Lookup lookup = codec.decode(key, stored);
            if (lookup instanceof Lookup.Hit) {
                sound++;
            } else if (lookup instanceof Lookup.Foreign) {
                foreign++;
            } else if (lookup instanceof Lookup.Link link) {
                targets.put(key, key.withContentHash(link.target()));
            } else if (lookup instanceof Lookup.Corrupt corrupt) {
                bad.add(new Problem(key, corrupt.reason(), corrupt.detail()));
            }
        }
        bad.addAll(danglingLinks(targets));
        record(bad);
    }

    private List<Problem> danglingLinks(Map<CacheKey, CacheKey> targets) {
        Map<CacheKey, Stored> found = targets.isEmpty() ? Map.of() : store.getAll(targets.values());
        List<Problem> bad = new ArrayList<>();
        targets.forEach((key, target) -> {
            Stored stored = found.get(target);
            if (stored != null && codec.decode(target, stored) instanceof Lookup.Hit) {
                links++;
            } else {
                bad.add(new Problem(
                        key, Corruption.DANGLING_LINK, "links to " + target.contentHash() + ", which is no answer"));
            }
        });
        return bad;
    }

    private void record(List<Problem> bad) {
        for (Problem problem : bad) {
            problems.merge(problem.reason(), 1L, Long::sum);
            if (listed.size() < LISTED) {
                listed.add(problem);
            }
        }
        if (repair && !bad.isEmpty()) {
            removed += store.removeAll(bad.stream().map(Problem::key).toList());
        }
    }
}
