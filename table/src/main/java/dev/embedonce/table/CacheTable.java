package dev.embedonce.table;

import dev.embedonce.key.CacheKey;
import dev.embedonce.key.FramedDigest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The cache as a folder of Parquet files, one below it for each pair of model and preprocessing version:
 *
 * <pre>
 * FOLDER/_snapshots/0000000012     what the version holds, by number; the highest one counts
 * FOLDER/parts/...                 Parquet files; those count that the snapshot lists
 * _work/...                        what runs need for a while
 * </pre>
 *
 * FOLDER, 64 hexadecimal digits, is a digest of the two versions. A file is never changed. Whatever no snapshot lists,
 * such as what a killed run has left, is invisible, and goes with {@link TableVersion#garbage}. Thread-safe.
 */
public final class CacheTable {
    /** The folder for what runs need for a while, below the table's own. */
    public static final String WORK = "_work";

    private final TableFiles files;

    /** The table in this storage; it need not be there yet. */
    public CacheTable(TableFiles files) {
        this.files = files;
    }

    /** Where this is, for people. */
    public String description() {
        return files.description();
    }

    /** One pair of versions; it need not be there yet. */
    public TableVersion version(String modelVersion, String preprocVersion) {
        CacheKey.requireVersion("modelVersion", modelVersion);
        CacheKey.requireVersion("preprocVersion", preprocVersion);
        String folder = FramedDigest.tagged("embedonce.table.version.v1")
                .put("model", modelVersion)
                .put("preproc", preprocVersion)
                .hexDigest();
        return new TableVersion(files, folder, modelVersion, preprocVersion);
    }

    /**
     * All pairs of versions that have a snapshot.
     *
     * @throws dev.embedonce.error.UnsupportedFormatException if one is of another format
     * @throws dev.embedonce.error.CacheException if a snapshot is damaged
     */
    public List<TableVersion> versions() throws IOException {
        List<TableVersion> versions = new ArrayList<>();
        for (String folder : files.folders()) {
            if (folder.matches("[0-9a-f]{64}")) {
                TableVersion.newest(files, folder)
                        .ifPresent(
                                snapshot -> versions.add(version(snapshot.modelVersion(), snapshot.preprocVersion())));
            }
        }
        return versions;
    }

    /**
     * Files in {@link #WORK} that were last modified before an instant that lies before the start of every run that is
     * still at work. Their paths are below the table's folder.
     */
    public List<TableFiles.Listed> abandoned(Instant before) throws IOException {
        return files.list(WORK).stream()
                .filter(file -> file.modified().isBefore(before))
                .map(file -> new TableFiles.Listed(WORK + "/" + file.path(), file.sizeBytes(), file.modified()))
                .toList();
    }
}
