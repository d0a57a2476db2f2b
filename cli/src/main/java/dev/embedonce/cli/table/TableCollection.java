package dev.embedonce.cli.table;

import dev.embedonce.care.GarbageCollection;
import dev.embedonce.store.StoreStats;
import dev.embedonce.store.StoreStats.VersionStats;
import dev.embedonce.table.Part;
import dev.embedonce.table.TableFiles;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes parts out of a table that are too old, too many, or of models nobody uses any more, and deletes files that
 * nobody needs. A part goes or stays as a whole; links to what went go along. Single use, one thread.
 */
public final class TableCollection {

    /**
     * What would go or went.
     *
     * @param entries rows that go from the newest snapshots, and the bytes of their parts
     * @param files files that no snapshot needs, old snapshots, and what runs have left at work
     * @param fileBytes theirs
     */
    public record Report(GarbageCollection.Report entries, long files, long fileBytes) {}

    private final LocalTable table;
    private final Optional<GarbageCollection.Policy> policy;
    private final Instant unneededBefore;

    /**
     * Prepares a collection.
     *
     * @param policy which parts go; none if it is empty
     * @param unneededBefore since when files that no snapshot lists must have lain there to be deleted, and snapshots
     *     that are not the newest: before every run and every reader that is still at work
     */
    public TableCollection(LocalTable table, Optional<GarbageCollection.Policy> policy, Instant unneededBefore) {
        this.table = table;
        this.policy = policy;
        this.unneededBefore = unneededBefore;
    }

    /** Says what would go; removes nothing. */
    public Report plan() throws IOException {
        return collect(false);
    }

    /** Removes it. Broken off in the middle, it has removed some. */
    public Report run() throws IOException {
        return collect(true);
    }

    private Report collect(boolean remove) throws IOException {
        Map<TableVersion, List<Part>> parts = new LinkedHashMap<>();
        for (TableVersion version : table.versions()) {
            parts.put(version, version.latest().parts());
        }
        Set<Part> gone = goes(parts);
        List<TableFiles.Listed> unneeded = new ArrayList<>(table.table().abandoned(unneededBefore));
        for (TableVersion version : parts.keySet()) {
            if (remove && parts.get(version).stream().anyMatch(gone::contains)) {
                takeOut(version, gone);
            }
            unneeded.addAll(version.garbage(unneededBefore));
        }
        long bytes = 0;
        for (TableFiles.Listed file : unneeded) {
            bytes += file.sizeBytes();
            if (remove) {
                table.files().delete(file.path());
            }
        }
        return new Report(report(parts, gone), unneeded.size(), bytes);
    }

    private void takeOut(TableVersion version, Set<Part> gone) throws IOException {
        try (Parts duckdb = new Parts(table, version)) {
            version.update(latest -> {
                List<Part> kept = new ArrayList<>(latest.parts());
                kept.removeAll(gone);
                duckdb.dropDangling(kept);
                return duckdb.without(latest, gone, Set.of());
            });
        }
    }

    private Set<Part> goes(Map<TableVersion, List<Part>> parts) {
        Set<Part> gone = new HashSet<>();
        if (policy.isEmpty()) {
            return gone;
        }
        GarbageCollection.Policy rules = policy.get();
        List<Part> rest = new ArrayList<>();
        parts.forEach((version, all) -> {
            boolean other = !rules.keepModels().isEmpty() && !rules.keepModels().contains(version.modelVersion());
            for (Part part : all) {
                boolean old = rules.olderThan().isPresent()
                        && part.added().isBefore(rules.olderThan().get());
                (other || old ? gone : rest).add(part);
            }
        });
        rest.sort(Comparator.comparing(Part::added).reversed());
        long kept = 0;
        for (Part part : rest) {
            kept += part.sizeBytes();
            if (kept > rules.maxBytes().orElse(Long.MAX_VALUE)) {
                gone.add(part);
            }
        }
        return gone;
    }

    private static GarbageCollection.Report report(Map<TableVersion, List<Part>> parts, Set<Part> gone) {
        List<VersionStats> went = new ArrayList<>();
        List<VersionStats> kept = new ArrayList<>();
        parts.forEach((version, all) -> {
            add(went, version, all.stream().filter(gone::contains).toList());
            add(kept, version, all.stream().filter(part -> !gone.contains(part)).toList());
        });
        StoreStats wentAll = StoreStats.of(went);
        StoreStats keptAll = StoreStats.of(kept);
        return new GarbageCollection.Report(
                wentAll.versions(), wentAll.entries(), wentAll.sizeBytes(), keptAll.entries(), keptAll.sizeBytes());
    }

    private static void add(List<VersionStats> list, TableVersion version, List<Part> parts) {
        if (!parts.isEmpty()) {
            list.add(new VersionStats(
                    version.modelVersion(),
                    version.preprocVersion(),
                    parts.stream().mapToLong(Part::rows).sum(),
                    parts.stream().mapToLong(Part::sizeBytes).sum()));
        }
    }
}
