package dev.embedonce.cli.table;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.table.Change;
import dev.embedonce.table.Part;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Forgets contents: publishes the table without their rows and without links to them, and has runs that are at work
 * leave them out too. The files that held them go with a later {@link TableCollection}. Stateless.
 */
public final class TableForgetting {
    private TableForgetting() {}

    /**
     * Forgets contents.
     *
     * @param modelVersion of which model, or null for all
     * @param preprocVersion of which preprocessing, or null for all
     * @return how many rows went
     */
    public static long run(
            LocalTable table, @Nullable String modelVersion, @Nullable String preprocVersion, Set<ContentHash> contents)
            throws IOException {
        long removed = 0;
        for (TableVersion version : table.versions()) {
            if ((modelVersion == null || modelVersion.equals(version.modelVersion()))
                    && (preprocVersion == null || preprocVersion.equals(version.preprocVersion()))) {
                removed += forget(table, version, contents);
            }
        }
        return removed;
    }

    private static long forget(LocalTable table, TableVersion version, Set<ContentHash> contents) throws IOException {
        long[] removed = {0};
        try (Parts parts = new Parts(table, version)) {
            version.update(latest -> {
                parts.drop(contents, true);
                Change change = parts.without(latest, List.of(), contents);
                long rows = change.removed().stream().mapToLong(Part::rows).sum()
                        - change.added().stream().mapToLong(Part::rows).sum();
                removed[0] = Math.max(removed[0], rows); // asked again, there may be none left
                return change;
            });
        }
        return removed[0];
    }
}
