package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.Transfer;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.SealKeys;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import org.jspecify.annotations.Nullable;

/** One copy from store to store, and its output. */
final class TransferRun {
    private TransferRun() {}

    static void run(CacheStore from, CacheStore to, @Nullable SealKeys keys, boolean adoptForeign, boolean json) {
        EntryCodec codec = new EntryCodec(keys);
        EntryCodec reading = adoptForeign ? new EntryCodec(null) : codec;
        Transfer.Report report =
                new Transfer(from, to, reading, codec, adoptForeign, CareOutput.progress("copying")).run(Selection.ALL);
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("from", from.description());
            out.put("to", to.description());
            out.put("copied", report.copied());
            out.put("present", report.present());
            out.put("adopted", report.adopted());
            out.put("skipped", report.skipped());
            CareOutput.print(out);
        } else {
            CareOutput.print(
                    "%,d entries copied from %s to %s (%,d were there, %,d adopted from another program, %,d left out)",
                    report.copied(),
                    from.description(),
                    to.description(),
                    report.present(),
                    report.adopted(),
                    report.skipped());
        }
    }
}
