package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.Invalidation;
import dev.embedonce.cli.CliException;
import dev.embedonce.cli.ExitCodes;
import dev.embedonce.cli.StoreOptions;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
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

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        if (modelVersion == null && preprocVersion == null && hash == null) {
            throw new CliException("say what to forget: --model, --preproc or --hash");
        }
        Selection selection = new Selection(modelVersion, preprocVersion, hash == null ? null : new ContentHash(hash));
        try (CacheStore opened = store.open()) {
            long removed = new Invalidation(opened).run(selection, CareOutput.progress("forgetting"));
            if (json) {
                ObjectNode out = CareOutput.json();
                out.put("removed", removed);
                CareOutput.print(out);
            } else {
                CareOutput.print("%,d entries forgotten", removed);
            }
        }
        return ExitCodes.OK;
    }
}
