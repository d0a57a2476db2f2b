package dev.embedonce.cli.options;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.model.UserFolders;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cache, and how far it is trusted: options that commands share. */
public final class StoreOptions {
    @Option(
            names = "--store",
            paramLabel = "URL",
            description = {
                "Where vectors are kept, such as sqlite:cache.db or duckdb:vectors.duckdb.",
                "Default: $EMBEDONCE_STORE, or a SQLite file in your cache folder."
            })
    private @Nullable String store;

    @Option(
            names = "--seal-key",
            paramLabel = "FILE",
            description =
                    "Seal entries with the key in FILE (hexadecimal, one a line, newest first) and refuse others.")
    private @Nullable Path sealKey;

    @Option(names = "--trust-foreign", description = "Also answer from rows that other programs wrote, unproven.")
    private boolean trustForeign;

    /** The store's URL, with the default filled in. */
    public StoreUrl url() {
        String environment = System.getenv("EMBEDONCE_STORE");
        if (store != null) {
            return StoreUrl.parse(store);
        }
        return environment != null && !environment.isBlank()
                ? StoreUrl.parse(environment)
                : StoreUrl.parse("sqlite:" + UserFolders.cache().resolve("cache.db"));
    }

    /**
     * Opens the store.
     *
     * @throws CliException if the URL is that of a table
     */
    public CacheStore open() {
        StoreUrl url = url();
        if (LocalTable.isTable(url)) {
            throw new CliException("a table is no store to work with: 'embedonce cache import " + url
                    + "' copies what it knows into one");
        }
        return Stores.open(url);
    }

    /** The table, if the URL is that of one. */
    public Optional<LocalTable> table() {
        StoreUrl url = url();
        return LocalTable.isTable(url) ? Optional.of(LocalTable.at(url)) : Optional.empty();
    }

    public @Nullable SealKeys sealKeys() {
        return sealKey == null ? null : SealKeys.read(secretFile("--seal-key", sealKey));
    }

    /**
     * The file of secrets that an option names.
     *
     * @throws CliException if there is none; the option's text is not in the message, as it may be the secret itself
     */
    public static Path secretFile(String option, Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new CliException(option + ": expected a file that can be read; found none of the name given");
        }
        return file;
    }

    /**
     * A cache over {@code opened}, which it owns. The environment variable {@code EMBEDONCE_TENANT_SALT}, if set, keeps
     * its entries apart from everyone else's in the same store.
     */
    public FeatureCache cache(CacheStore opened, long heapBytes) {
        FeatureCache cache = FeatureCache.over(opened)
                .heapBytes(heapBytes)
                .sealKeys(sealKeys())
                .trustForeign(trustForeign)
                .build();
        String salt = System.getenv("EMBEDONCE_TENANT_SALT");
        return salt == null || salt.isEmpty() ? cache : cache.forTenant(salt);
    }
}
