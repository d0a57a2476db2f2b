package dev.embedonce.cli.embed;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.embed.Tally;
import dev.embedonce.feature.CacheStats;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run.
 *
 * @param failures every image without a vector, in input order
 * @param store where vectors are kept; null without a cache
 * @param out where vectors were written; null if nowhere
 * @param interrupted whether the run was broken off
 */
record RunReport(
        Tally tally,
        CacheStats stats,
        double wallSeconds,
        List<Failure> failures,
        String modelVersion,
        String preprocVersion,
        int dimension,
        @Nullable String store,
        @Nullable String out,
        boolean interrupted) {
    private static final int LISTED_FAILURES = 20;
    private static final double NANOS = 1e9;

    /** An image without a vector, and why. */
    record Failure(String path, String reason) {}

    RunReport {
        failures = List.copyOf(failures);
    }

    void printJson(PrintStream to) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode json = mapper.createObjectNode();
        json.put("images", tally.done());
        json.put("hits", tally.hits());
        json.put("pixelHits", tally.pixelHits());
        json.put("encoded", tally.encoded());
        json.put("failed", tally.failed());
        json.put("wallSeconds", wallSeconds);
        json.put("encodeSeconds", stats.encodeNanos() / NANOS);
        json.put("savedEncodeSeconds", stats.savedEncodeNanos() / NANOS);
        json.put("hashSeconds", stats.hashNanos() / NANOS);
        json.put("lookupSeconds", stats.lookupNanos() / NANOS);
        json.put("prepareSeconds", stats.prepareNanos() / NANOS);
        json.put("storeSeconds", stats.storeNanos() / NANOS);
        json.put("foreignHits", stats.foreignHits());
        json.put("foreignSkipped", stats.foreignSkipped());
        json.put("corrupt", stats.corruptTotal());
        json.put("healed", stats.healed());
        json.put("conflicts", stats.conflicts());
        json.put("storeReadFailures", stats.storeReadFailures());
        json.put("storeWriteFailures", stats.storeWriteFailures());
        json.put("modelVersion", modelVersion);
        json.put("preprocVersion", preprocVersion);
        json.put("dimension", dimension);
        json.put("store", store);
        json.put("out", out);
        json.put("interrupted", interrupted);
        ArrayNode list = json.putArray("failures");
        for (Failure failure : failures) {
            list.addObject().put("path", failure.path()).put("reason", failure.reason());
        }
        to.println(json.toString());
    }

    void printFailures(PrintStream to) {
        for (Failure failure : failures.subList(0, Math.min(LISTED_FAILURES, failures.size()))) {
            to.println("not embedded: " + failure.path() + ": " + failure.reason());
        }
        if (failures.size() > LISTED_FAILURES) {
            to.println("... and " + (failures.size() - LISTED_FAILURES) + " more (all of them with --json)");
        }
    }

    void printText(PrintStream to) {
        to.println(format(
                "%,d images in %.2f s (%,.0f images/s): %,d reused (%,d hits, %,d pixel hits), %,d encoded, %,d failed",
                tally.done(),
                wallSeconds,
                tally.done() / Math.max(wallSeconds, 1e-9),
                tally.hits() + tally.pixelHits(),
                tally.hits(),
                tally.pixelHits(),
                tally.encoded(),
                tally.failed()));
        to.println(format(
                "encoder: %.2f s spent, %.2f s saved", stats.encodeNanos() / NANOS, stats.savedEncodeNanos() / NANOS));
        if (store != null) {
            to.println("cache: " + store);
        }
        if (out != null && !interrupted) {
            to.println(format("vectors: %s (%,d rows of %d floats)", out, tally.done() - tally.failed(), dimension));
        }
        printWarnings(to);
    }

    private void printWarnings(PrintStream to) {
        if (stats.corruptTotal() > 0) {
            to.println("warning: damaged entries found in the cache and not used: " + stats.corrupt());
        }
        if (stats.foreignSkipped() > 0) {
            to.println("warning: " + stats.foreignSkipped()
                    + " rows of another program were not trusted (--trust-foreign uses them as they are)");
        }
        if (stats.conflicts() > 0) {
            to.println("warning: " + stats.conflicts()
                    + " entries were written twice with different values; the first stayed");
        }
        if (stats.storeReadFailures() + stats.storeWriteFailures() > 0) {
            to.println("warning: the store failed; look-ups not answered: " + stats.storeReadFailures()
                    + ", entries not kept: " + stats.storeWriteFailures());
        }
        if (interrupted) {
            to.println("interrupted: what is encoded is kept; the same command goes on from here"
                    + (out == null ? "" : " (" + out + " was not written)"));
        }
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
