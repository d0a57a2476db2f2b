package dev.embedonce.cli.care;

import dev.embedonce.care.Transfer;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.table.TableToStore;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreUrl;
import dev.embedonce.store.Stores;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code embedonce cache import}. */
@Command(
        name = "import",
        description = {
            "Copy the entries of another store, or of a table such as a cluster's, into the cache.",
            "With --adopt, rows that another program wrote (such as the article's DuckDB table) become entries too:",
            "you vouch for them, and from then on they carry a checksum."
        })
final class ImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URL", description = "The store to copy from, or table:FOLDER.")
    private String source = "";

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--adopt", description = "Also take rows of other programs, and unsealed entries.")
    private boolean adopt;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        StoreUrl url = StoreUrl.parse(source);
        if (LocalTable.isTable(url)) {
            LocalTable from = LocalTable.at(url);
            try (CacheStore to = store.open()) {
                Transfer transfer = TransferRun.into(to, store.sealKeys(), adopt);
                Transfer.Report report = new TableToStore(from, transfer, CareOutput.progress("copying")).run();
                TransferRun.print(from.description(), to.description(), report, json);
            }
            return ExitCodes.OK;
        }
        try (CacheStore from = Stores.open(url);
                CacheStore to = store.open()) {
            TransferRun.run(from, to, store.sealKeys(), adopt, json);
        }
        return ExitCodes.OK;
    }
}
