package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.Verification;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.table.LocalTable;
import dev.embedonce.cli.table.TableVerification;
import dev.embedonce.cli.terminal.CliException;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.Selection;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce cache verify}. */
@Command(
        name = "verify",
        description = {
            "Read entries and check them: checksum, key, seal, links. --store may be table:FOLDER.",
            "Exits with status 1 if something is not an answer. (It would not have been served either.)"
        })
final class VerifyCommand implements Callable<Integer> {
    private static final int LISTED = 20;

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--sample",
            paramLabel = "SHARE",
            defaultValue = "100%",
            description = "Check only this share, such as 5%%, chosen at random. Default: ${DEFAULT-VALUE}.")
    private String sample = "100%";

    @Option(names = "--seed", paramLabel = "N", description = "Choose the same sample again.")
    private @Nullable Long seed;

    @Option(names = "--repair", description = "Remove what is not an answer.")
    private boolean repair;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        double share = share(sample);
        long chosenSeed = seed == null ? new Random().nextLong() : seed;
        EntryCodec codec = new EntryCodec(store.sealKeys());
        Optional<LocalTable> table = store.table();
        if (table.isPresent()) {
            TableVerification.Report report = new TableVerification(
                            table.get(), codec, repair, share, chosenSeed, CareOutput.progress("verifying"))
                    .run();
            return print(report.rows(), chosenSeed, report.lost());
        }
        try (CacheStore opened = store.open()) {
            Verification verification = new Verification(opened, codec, repair, CareOutput.progress("verifying"));
            return print(verification.run(Selection.ALL, share, new Random(chosenSeed)), chosenSeed, List.of());
        }
    }

    /** Prints what was found, and the parts of a table that are lost; says how the command ends. */
    private int print(Verification.Report report, long usedSeed, List<String> lost) {
        if (json) {
            printJson(report, usedSeed, lost);
        } else {
            printText(report);
            lost.forEach(part -> CareOutput.print("%s: missing, cut short or not readable", part));
        }
        return report.problemCount() > 0 ? ExitCodes.FOUND_PROBLEMS : ExitCodes.OK;
    }

    static double share(String text) {
        try {
            double value = Double.parseDouble(text.strip().replaceAll("%$", ""));
            double share = text.strip().endsWith("%") ? value / 100 : value;
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CliException("a share lies above 0% and up to 100%, such as 5%; found '" + text + "'");
    }

    private static void printJson(Verification.Report report, long seed, List<String> lost) {
        ObjectNode out = CareOutput.json();
        out.put("checked", report.checked());
        out.put("sound", report.sound());
        out.put("links", report.links());
        out.put("foreign", report.foreign());
        out.put("problems", report.problemCount());
        ObjectNode reasons = out.putObject("reasons");
        report.problems().forEach((reason, count) -> reasons.put(reason.name(), count));
        out.put("removed", report.removed());
        out.put("seed", seed);
        if (!lost.isEmpty()) {
            ArrayNode parts = out.putArray("lostParts");
            lost.forEach(parts::add);
        }
        ArrayNode list = out.putArray("listed");
        for (Verification.Problem problem : report.listed()) {
            list.addObject()
                    .put("modelVersion", problem.key().modelVersion())
                    .put("preprocVersion", problem.key().preprocVersion())
                    .put("contentHash", problem.key().contentHash().hex())
                    .put("reason", problem.reason().name())
                    .put("detail", problem.detail());
        }
        CareOutput.print(out);
    }

    private static void printText(Verification.Report report) {
        CareOutput.print(
                "%,d entries checked: %,d sound, %,d links, %,d of other programs (unproven), %,d not answers",
                report.checked(), report.sound(), report.links(), report.foreign(), report.problemCount());
        for (Verification.Problem problem :
                report.listed().subList(0, Math.min(LISTED, report.listed().size()))) {
            CareOutput.print("%s %s: %s", problem.reason(), problem.key().contentHash(), problem.detail());
        }
        if (report.problemCount() > LISTED) {
            CareOutput.print("... and %,d more (--json lists up to 1,000)", report.problemCount() - LISTED);
        }
        if (report.removed() > 0) {
            CareOutput.print("%,d removed", report.removed());
        }
    }
}
