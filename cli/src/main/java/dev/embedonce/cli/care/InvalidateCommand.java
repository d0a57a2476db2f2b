package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.Invalidation;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.table.TableForgetting;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.feature.Tenant;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.server.security.ApiKeys;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce cache invalidate}. */
@Command(
        name = "invalidate",
        description = "Forget the entries of a model version, a preprocessing version or a content.")
final class InvalidateCommand implements Callable<Integer> {
    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--model",
            paramLabel = "VERSION",
            description = "The whole model version, as 'cache stats --json' shows it.")
    private @Nullable String modelVersion;

    @Option(names = "--preproc", paramLabel = "VERSION", description = "The whole preprocessing version.")
    private @Nullable String preprocVersion;

    @Option(names = "--hash", paramLabel = "HEX", description = "The content's SHA-256, as sha256sum prints it.")
    private @Nullable String hash;

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description =
                    "With --hash: forget the content of all tenants in a server's file of keys too, former salts included.")
    private @Nullable Path keys;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (modelVersion == null && preprocVersion == null && hash == null) {
            throw new CliException("say what to forget: --model, --preproc or --hash");
        }
        if (keys != null && hash == null) {
            throw new CliException("--keys goes with --hash: other selections reach all tenants as they are");
        }
        List<Selection> selections = selections();
        Optional<LocalTable> table = store.table();
        if (table.isPresent()) {
            print(forget(table.get(), selections));
            return ExitCodes.OK;
        }
        try (CacheStore opened = store.open()) {
            Invalidation invalidation = new Invalidation(opened);
            long removed = 0;
            for (Selection selection : selections) {
                removed += invalidation.run(selection, CareOutput.progress("forgetting"));
            }
            print(removed);
        }
        return ExitCodes.OK;
    }

    private long forget(LocalTable table, List<Selection> selections) throws IOException {
        Set<ContentHash> contents = new HashSet<>();
        for (Selection selection : selections) {
            if (selection.contentHash() == null) {
                throw new CliException("a table forgets contents (--hash); 'cache gc --keep-model' takes models out");
            }
            contents.add(selection.contentHash());
        }
        return TableForgetting.run(table, modelVersion, preprocVersion, contents);
    }

    private void print(long removed) {
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("removed", removed);
            CareOutput.print(out);
        } else {
            CareOutput.print("%,d entries forgotten", removed);
        }
    }

    private List<Selection> selections() throws IOException {
        if (hash == null) {
            return List.of(new Selection(modelVersion, preprocVersion, null));
        }
        ContentHash content = new ContentHash(hash);
        List<ContentHash> hashes = new ArrayList<>(List.of(content));
        if (keys != null) {
            ApiKeys.read(keys).salts().forEach(salt -> hashes.add(new Tenant(salt).keyHash(content)));
        }
        return hashes.stream()
                .map(one -> new Selection(modelVersion, preprocVersion, one))
                .toList();
    }
}
