package dev.embedonce.cli.table;

import dev.embedonce.care.CareProgress;
import dev.embedonce.care.Transfer;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.table.Part;
import dev.embedonce.table.Snapshot;
import dev.embedonce.table.TableRow;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Copies the rows of a table into a store, verified on the way. Single use, one thread. */
public final class TableToStore {
    private final LocalTable table;
    private final Transfer transfer;
    private final CareProgress progress;
    private long done;
    private long total;
    private long unreadable;

    /**
     * Prepares a copy.
     *
     * @param transfer checks the rows and puts them into the store
     */
    public TableToStore(LocalTable table, Transfer transfer, CareProgress progress) {
        this.table = table;
        this.transfer = transfer;
        this.progress = progress;
    }

    /** Copies all versions. What a damaged part held counts as skipped. */
    public Transfer.Report run() throws IOException {
        List<TableVersion> versions = table.versions();
        for (TableVersion version : versions) {
            total += version.latest().rows();
        }
        for (TableVersion version : versions) {
            copy(version);
        }
        Transfer.Report report = transfer.report();
        return new Transfer.Report(report.copied(), report.present(), report.adopted(), report.skipped() + unreadable);
    }

    private void copy(TableVersion version) throws IOException {
        Snapshot snapshot = version.latest();
        List<Part> missing = version.missing(snapshot);
        try (Parts parts = new Parts(table, version)) {
            for (Part part : snapshot.parts()) {
                long read = missing.contains(part) ? 0 : parts.read(part, rows -> copy(version, rows));
                unreadable += part.rows() - read;
            }
        }
    }

    private void copy(TableVersion version, List<TableRow> rows) {
        Map<CacheKey, Stored> records = new LinkedHashMap<>();
        for (TableRow row : rows) {
            ContentHash content = ContentHash.ofBytes(row.hash());
            records.put(new CacheKey(version.modelVersion(), version.preprocVersion(), content), row.stored());
        }
        transfer.copy(records);
        done += rows.size();
        progress.at(done, total);
    }
}
