package dev.embedonce.cli.table;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Verification;
import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Reads the rows of a table and checks them as {@link Verification} checks a store's entries, and that all parts are
 * there. A repair publishes a table without what is no answer. Single use, one thread.
 */
public final class TableVerification {
    private static final int LISTED = 1_000;

    /**
     * What was found.
     *
     * @param rows as of a store; the rows of a part that are lost count among the problems, as damaged
     * @param lost the parts that are not there or cannot be read to their end
     */
    public record Report(Verification.Report rows, List<String> lost) {
        public Report {
            lost = List.copyOf(lost);
        }
    }

    private final LocalTable table;
    private final EntryCodec codec;
    private final boolean repair;
    private final double share;
    private final long seed;
    private final CareProgress progress;

    private long checked;
    private long sound;
    private long links;
    private long removed;
    private final Map<Corruption, Long> problems = new EnumMap<>(Corruption.class);
    private final List<Verification.Problem> listed = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();

    /**
     * Prepares a verification.
     *
     * @param repair whether to take out what is no answer
     * @param share 0 to 1; each row is checked with this probability
     * @param seed chooses them
     */
    public TableVerification(
            LocalTable table, EntryCodec codec, boolean repair, double share, long seed, CareProgress progress) {
        this.table = table;
        this.codec = codec;
        this.repair = repair;
        this.share = share;
        this.seed = seed;
        this.progress = progress;
    }

    /** Checks all versions. */
    public Report run() throws IOException {
        List<TableVersion> versions = table.versions();
        long total = 0;
        for (TableVersion version : versions) {
            total += version.latest().rows();
        }
        for (TableVersion version : versions) {
            try (Parts parts = new Parts(table, version)) {
                new Run(version, parts, Math.round(total * share)).check();
            }
        }
        return new Report(new Verification.Report(checked, sound, links, 0, problems, listed, removed), lost);
    }

    private boolean isChosen(byte[] hash) {
        long random = ByteBuffer.wrap(hash).getLong() ^ seed;
        return share == 1 || new SplittableRandom(random).nextDouble() < share;
    }

    /** One version. */
    private final class Run {
        private final TableVersion version;
        private final Parts parts;
        private final long total;
        private final Set<ContentHash> bad = new HashSet<>();
        private final Set<Part> broken = new HashSet<>();

        Run(TableVersion version, Parts parts, long total) {
            this.version = version;
            this.parts = parts;
            this.total = total;
        }

        void check() throws IOException {
            Snapshot snapshot = version.latest();
            List<Part> missing = version.missing(snapshot);
            List<Part> whole = new ArrayList<>();
            for (Part part : snapshot.parts()) {
                long read = missing.contains(part) ? 0 : parts.read(part, this::check);
                if (read == part.rows()) {
                    whole.add(part);
                } else {
                    broken.add(part);
                    lost.add(version.path(part));
                    problems.merge(Corruption.DAMAGED, part.rows() - read, Long::sum);
                }
            }
            parts.drop(bad, false);
            parts.dangling(whole).forEach(this::dangling);
            if (repair && !(bad.isEmpty() && broken.isEmpty())) {
                version.update(latest -> {
                    parts.drop(bad, false);
                    return parts.without(latest, broken, Set.of());
                });
                removed += bad.size() + broken.stream().mapToLong(Part::rows).sum();
            }
        }

        private void check(List<TableRow> rows) {
            for (TableRow row : rows) {
                if (!isChosen(row.hash())) {
                    continue;
                }
                checked++;
                Lookup lookup = row.lookup(codec, version.modelVersion(), version.preprocVersion());
                if (lookup instanceof Lookup.Hit) {
                    sound++;
                } else if (lookup instanceof Lookup.Link) {
                    links++;
                } else if (lookup instanceof Lookup.Corrupt corrupt) {
                    add(ContentHash.ofBytes(row.hash()), corrupt.reason(), corrupt.detail());
                }
            }
            progress.at(checked, total);
        }

        private void dangling(ContentHash link) {
            if (isChosen(link.toBytes()) && !bad.contains(link)) {
                links--;
                add(link, Corruption.DANGLING_LINK, "links to what is no answer");
            }
        }

        private void add(ContentHash content, Corruption reason, String detail) {
            bad.add(content);
            problems.merge(reason, 1L, Long::sum);
            if (listed.size() < LISTED) {
                CacheKey key = new CacheKey(version.modelVersion(), version.preprocVersion(), content);
                listed.add(new Verification.Problem(key, reason, detail));
            }
        }
    }
}
