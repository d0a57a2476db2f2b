package dev.embedonce.cli.table;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Transfer;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import dev.embedonce.store.StoreScan;
import dev.embedonce.store.StoreStats.VersionStats;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Copies a store's entries into a table: those that it does not have, verified on the way. Each part is published as
 * soon as it is full, so what is broken off in the middle has copied some, and doing it again copies the rest. Entries
 * go before links, so that no link is published before its target. Single use, one thread.
 */
public final class StoreToTable {
    private static final int PART_ROWS = 50_000;
    private static final long PART_BYTES = 128L << 20;

    private final CacheStore store;
    private final LocalTable table;
    private final EntryCodec codec;
    private final CareProgress progress;
    private final long total;

    private long copied;
    private long present;
    private long missing;

    /**
     * Prepares a copy.
     *
     * @param codec checks what comes out of the store, and seals the rows
     */
    public StoreToTable(CacheStore store, LocalTable table, EntryCodec codec, CareProgress progress) {
        this.store = store;
        this.table = table;
        this.codec = codec;
        this.progress = progress;
        this.total = store.stats().entries();
    }

    /** Copies all versions. */
    public Transfer.Report run() throws IOException {
        table.files().requireAtomicCreate();
        for (VersionStats stats : store.stats().versions()) {
            TableVersion version = table.table().version(stats.modelVersion(), stats.preprocVersion());
            try (Parts parts = new Parts(table, version);
                    StoreScan scan = store.scan(new Selection(stats.modelVersion(), stats.preprocVersion(), null))) {
                parts.own(scan);
                new Pass(version, parts, false).run();
                new Pass(version, parts, true).run();
            }
        }
        return new Transfer.Report(copied, present, 0, missing);
    }

    /** Copies the entries of one version, or the links. */
    private final class Pass {
        private final TableVersion version;
        private final Parts parts;
        private final boolean links;
        private Snapshot base;
        private List<Part> unpublished = List.of();
        private final List<TableRow> rows = new ArrayList<>();
        private long bytes;

        Pass(TableVersion version, Parts parts, boolean links) throws IOException {
            this.version = version;
            this.parts = parts;
            this.links = links;
            this.base = version.latest();
        }

        void run() throws IOException {
            long absent = parts.countMissing(base.parts());
            if (!links) {
                present += parts.countOwn() - absent;
                missing += absent;
            }
            if (absent > 0) {
                parts.forEachMissing(base.parts(), this::add);
                publish();
            }
        }

        private void add(List<ContentHash> contents) throws IOException {
            List<CacheKey> keys = contents.stream()
                    .map(content -> new CacheKey(version.modelVersion(), version.preprocVersion(), content))
                    .toList();
            for (Map.Entry<CacheKey, Stored> found : store.getAll(keys).entrySet()) {
                CacheKey key = found.getKey();
                Lookup lookup = codec.decode(key, found.getValue());
                if (!links && lookup instanceof Lookup.Hit hit) {
                    add(key, codec.encode(key, hit.entry()));
                } else if (links && lookup instanceof Lookup.Link link) {
                    add(key, codec.encodeLink(key, link.target(), link.provenance()));
                }
            }
            if (rows.size() >= PART_ROWS || bytes >= PART_BYTES) {
                publish();
            }
        }

        private void add(CacheKey key, Stored.Sealed record) {
            rows.add(TableRow.of(key.contentHash(), record));
            bytes += record.sizeBytes();
        }

        private void publish() throws IOException {
            if (rows.isEmpty()) {
                return;
            }
            Part written = parts.write(rows);
            rows.clear();
            bytes = 0;
            unpublished = links ? withoutDangling(written) : List.of(written);
            version.publish(base, unpublished, this::rebase);
            base = base.with(unpublished);
            long published = unpublished.stream().mapToLong(Part::rows).sum();
            copied += published;
            missing -= published;
            progress.at(copied + present, total);
        }

        /** A link to what is no answer is none itself. */
        private List<Part> withoutDangling(Part written) throws IOException {
            List<Part> all = new ArrayList<>(version.latest().parts());
            all.add(written);
            parts.dropDangling(all);
            return replaced(List.of(written), parts.rewrite(List.of(written)));
        }

        private List<Part> rebase(List<Part> left, List<Part> published, Set<ContentHash> forgotten)
                throws IOException {
            parts.dropContentsOf(published);
            parts.drop(forgotten, true);
            unpublished = replaced(left, parts.rewrite(left));
            return unpublished;
        }
    }

    /** Parts with those that lost rows replaced. */
    static List<Part> replaced(List<Part> all, Map<Part, Optional<Part>> rewritten) {
        return all.stream()
                .flatMap(part -> rewritten.getOrDefault(part, Optional.of(part)).stream())
                .toList();
    }
}
