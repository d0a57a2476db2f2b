package dev.embedonce.cli.care;

import dev.embedonce.care.Transfer;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.table.StoreToTable;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.Stores;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce cache export}. */
@Command(
        name = "export",
        description = {
            "Copy the cache's entries into another store, or into a table of Parquet files that a cluster reads too.",
            "What is there already stays; doing it again goes on."
        })
final class ExportCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "URL|FILE",
            description =
                    "The store to copy to, table:FOLDER, or a file for the vectors alone (.parquet, .npy, .jsonl).")
    private String target = "";

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        try (CacheStore from = store.open()) {
            if (target.matches("(?i).*\\.(parquet|npy|jsonl)") && !target.matches("(?i)[a-z][a-z0-9+.-]+:.*")) {
                TableExport.run(from, new EntryCodec(store.sealKeys()), Path.of(target), json);
                return ExitCodes.OK;
            }
            StoreUrl url = StoreUrl.parse(target);
            if (LocalTable.isTable(url)) {
                LocalTable to = LocalTable.at(url);
                EntryCodec codec = new EntryCodec(store.sealKeys());
                Transfer.Report report = new StoreToTable(from, to, codec, CareOutput.progress("copying")).run();
                TransferRun.print(from.description(), to.description(), report, json);
                return ExitCodes.OK;
            }
            try (CacheStore to = Stores.open(url)) {
                TransferRun.run(from, to, store.sealKeys(), false, json);
            }
        }
        return ExitCodes.OK;
    }
}
