package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.cli.options.StoreOptions;
import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.feature.Usage;
import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreStats;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embedonce cache stats}. */
@Command(name = "stats", description = "Show what the cache holds, and what it has saved over all runs.")
final class StatsCommand implements Callable<Integer> {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_HOUR = 3600e9;

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(
            names = "--price-per-hour",
            paramLabel = "PRICE",
            description = "What an hour of the encoder's machine costs: also shows the money saved.")
    private @Nullable Double pricePerHour;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        try (CacheStore opened = store.open()) {
            StoreStats stats = opened.stats();
            Map<String, Long> counters = opened.counters();
            if (json) {
                printJson(opened, stats, counters);
            } else {
                printText(opened, stats, counters);
            }
        }
        return ExitCodes.OK;
    }

    private static long counter(Map<String, Long> counters, String name) {
        return counters.getOrDefault(name, 0L);
    }

    private void printJson(CacheStore opened, StoreStats stats, Map<String, Long> counters) {
        ObjectNode out = CareOutput.json();
        out.put("store", opened.description());
        out.put("entries", stats.entries());
        out.put("sizeBytes", stats.sizeBytes());
        CareOutput.putVersions(out, stats.versions());
        ObjectNode usage = out.putObject("usage");
        usage.put("images", counter(counters, Usage.IMAGES));
        usage.put("hits", counter(counters, Usage.HITS));
        usage.put("pixelHits", counter(counters, Usage.PIXEL_HITS));
        usage.put("encoded", counter(counters, Usage.ENCODED));
        usage.put("corrupt", counter(counters, Usage.CORRUPT));
        usage.put("encodeSeconds", counter(counters, Usage.ENCODE_NANOS) / NANOS);
        usage.put("savedEncodeSeconds", counter(counters, Usage.SAVED_ENCODE_NANOS) / NANOS);
        if (pricePerHour != null) {
            usage.put("savedMoney", money(counters, pricePerHour));
        }
        CareOutput.print(out);
    }

    private static double money(Map<String, Long> counters, double price) {
        return counter(counters, Usage.SAVED_ENCODE_NANOS) / NANOS_PER_HOUR * price;
    }

    private void printText(CacheStore opened, StoreStats stats, Map<String, Long> counters) {
        CareOutput.print("cache: %s", opened.description());
        CareOutput.print("%,d entries, %s", stats.entries(), CareOutput.bytes(stats.sizeBytes()));
        CareOutput.printVersions(stats.versions());
        CareOutput.print(
                "over all runs: %,d images, %,d hits, %,d pixel hits, %,d encoded, %,d damaged entries",
                counter(counters, Usage.IMAGES),
                counter(counters, Usage.HITS),
                counter(counters, Usage.PIXEL_HITS),
                counter(counters, Usage.ENCODED),
                counter(counters, Usage.CORRUPT));
        CareOutput.print(
                "encoder: %,.1f s spent, %,.1f s saved",
                counter(counters, Usage.ENCODE_NANOS) / NANOS, counter(counters, Usage.SAVED_ENCODE_NANOS) / NANOS);
        if (pricePerHour != null) {
            CareOutput.print("money saved: %,.4f", money(counters, pricePerHour));
        }
    }
}
