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
        Transfer.Report report = into(to, keys, adoptForeign).run(from, Selection.ALL, CareOutput.progress("copying"));
        print(from.description(), to.description(), report, json);
    }

    /** A copy into this store. Adopting takes what has no seal, or another one, too. */
    static Transfer into(CacheStore to, @Nullable SealKeys keys, boolean adoptForeign) {
        EntryCodec codec = new EntryCodec(keys);
        return new Transfer(to, adoptForeign ? new EntryCodec(null) : codec, codec, adoptForeign);
    }

    static void print(String from, String to, Transfer.Report report, boolean json) {
        if (json) {
            ObjectNode out = CareOutput.json();
            out.put("from", from);
            out.put("to", to);
            out.put("copied", report.copied());
            out.put("present", report.present());
            out.put("adopted", report.adopted());
            out.put("skipped", report.skipped());
            CareOutput.print(out);
        } else {
            CareOutput.print(
                    "%,d entries copied from %s to %s (%,d were there, %,d adopted from another program, %,d left out)",
                    report.copied(), from, to, report.present(), report.adopted(), report.skipped());
        }
    }
}
