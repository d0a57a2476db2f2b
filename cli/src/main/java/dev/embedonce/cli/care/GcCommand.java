package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.GarbageCollection;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.table.TableCollection;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce cache gc}. */
@Command(
        name = "gc",
        description = {
            "Remove entries by age, by size, or of models no longer used.",
            "Shows what would go; removes it with --yes. A removed entry costs an encoding, never a wrong answer.",
            "Of a table (--store table:FOLDER), files that nobody needs go too, and entries a file at a time."
        })
final class GcCommand implements Callable<Integer> {
    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--older-than",
            paramLabel = "AGE",
            description = "Entries older than this go, such as 90d, 12h or 30m.")
    private @Nullable String olderThan;

    @Option(
            names = "--max-bytes",
            paramLabel = "SIZE",
            description = "The oldest go until no more than this is left, such as 20GB.")
    private @Nullable String maxBytes;

    @Option(
            names = "--keep-model",
            paramLabel = "VERSION",
            description = "Entries of all other model versions go. May be given several times.")
    private List<String> keepModels = List.of();

    @Option(
            names = "--unneeded-after",
            paramLabel = "AGE",
            defaultValue = "7d",
            description = {
                "Of a table, files go that no snapshot lists, and snapshots that are not the newest, once they are",
                "older than this: longer than any run or reader takes. Default: ${DEFAULT-VALUE}."
            })
    private String unneededAfter = "7d";

    @Option(names = "--yes", description = "Remove, instead of showing what would go.")
    private boolean yes;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Optional<LocalTable> table = store.table();
        boolean anyRule = olderThan != null || maxBytes != null || !keepModels.isEmpty();
        if (!anyRule && table.isEmpty()) {
            throw new CliException("say what may go: --older-than, --max-bytes or --keep-model");
        }
        if (table.isPresent()) {
            Instant unneededBefore = Instant.now().minus(age(unneededAfter));
            TableCollection collection = new TableCollection(
                    table.get(), anyRule ? Optional.of(policy()) : Optional.empty(), unneededBefore);
            print(yes ? collection.run() : collection.plan());
            return ExitCodes.OK;
        }
        GarbageCollection.Policy policy = policy();
        try (CacheStore opened = store.open()) {
            GarbageCollection collection = new GarbageCollection(opened, policy);
            GarbageCollection.Report report = yes ? collection.run(CareOutput.progress("removing")) : collection.plan();
            print(report, null);
        }
        return ExitCodes.OK;
    }

    private GarbageCollection.Policy policy() {
        return new GarbageCollection.Policy(
                Optional.ofNullable(olderThan).map(age -> Instant.now().minus(age(age))),
                Optional.ofNullable(maxBytes).map(size -> StoreUrl.parseBytes("--max-bytes", size)),
                Set.copyOf(keepModels));
    }

    private static Duration age(String text) {
        String trimmed = text.strip().toLowerCase(Locale.ROOT);
        if (!trimmed.matches("\\d{1,9}[dhm]")) {
            throw new CliException(
                    "an age is a number of days, hours or minutes such as 90d, 12h or 30m; found '" + text + "'");
        }
        long count = Long.parseLong(trimmed.substring(0, trimmed.length() - 1));
        return switch (trimmed.charAt(trimmed.length() - 1)) {
            case 'd' -> Duration.ofDays(count);
            case 'h' -> Duration.ofHours(count);
            default -> Duration.ofMinutes(count);
        };
    }

    private void print(TableCollection.Report report) {
        print(report.entries(), report);
    }

    private void print(GarbageCollection.Report report, TableCollection.@Nullable Report table) {
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("removed", yes);
            out.put("entries", report.entries());
            out.put("sizeBytes", report.sizeBytes());
            out.put("keptEntries", report.keptEntries());
            out.put("keptBytes", report.keptBytes());
            if (table != null) {
                out.put("unneededFiles", table.files());
                out.put("unneededBytes", table.fileBytes());
            }
            CareOutput.putVersions(out, report.versions());
            CareOutput.print(out);
            return;
        }
        CareOutput.printVersions(report.versions());
        CareOutput.print(
                "%s %,d entries, %s; %,d entries, %s stay",
                yes ? "removed" : "would remove",
                report.entries(),
                CareOutput.bytes(report.sizeBytes()),
                report.keptEntries(),
                CareOutput.bytes(report.keptBytes()));
        if (table != null) {
            CareOutput.print(
                    "%s %,d files that nobody needs, %s",
                    yes ? "deleted" : "would delete", table.files(), CareOutput.bytes(table.fileBytes()));
        }
        if (!yes && (report.entries() > 0 || (table != null && table.files() > 0))) {
            CareOutput.print("nothing was removed; --yes removes");
        }
    }
}
