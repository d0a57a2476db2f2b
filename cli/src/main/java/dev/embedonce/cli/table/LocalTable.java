package dev.embedonce.cli.table;

import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.support.UrlOptions;
import dev.embedonce.table.CacheTable;
import dev.embedonce.table.LocalTableFiles;
import dev.embedonce.table.TableVersion;
import java.io.IOException;
import java.util.List;

/**
 * A table in a folder, which users write {@code table:FOLDER}.
 *
 * @param files where it lies
 * @param table the same as a table
 */
public record LocalTable(LocalTableFiles files, CacheTable table) {
    private static final String SCHEME = "table";

    /** Whether this is the address of a table, and not of a store. */
    public static boolean isTable(StoreUrl url) {
        return url.scheme().equals(SCHEME);
    }

    /** The table at this address; it need not be there yet. */
    public static LocalTable at(StoreUrl url) {
        url.requireOnly();
        LocalTableFiles files = new LocalTableFiles(UrlOptions.path(url, "folder", "embeddings"));
        return new LocalTable(files, new CacheTable(files));
    }

    /**
     * Its versions, at least one.
     *
     * @throws CliException if there is no table
     */
    List<TableVersion> versions() throws IOException {
        List<TableVersion> versions = table.versions();
        if (versions.isEmpty()) {
            throw new CliException("there is no table in " + files.description());
        }
        return versions;
    }

    /** Where it is, for people. */
    public String description() {
        return files.description();
    }
}
