package dev.embedonce.cli.care;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.care.CareProgress;
import dev.embedonce.store.StoreStats.VersionStats;
import java.util.List;
import java.util.Locale;

/** Output of the cache commands. */
final class CareOutput {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long PERIOD_NANOS = 500_000_000L;

    private CareOutput() {}

    static ObjectNode json() {
        return MAPPER.createObjectNode();
    }

    static void print(ObjectNode json) {
        System.out.println(json.toPrettyString());
    }

    static void print(String pattern, Object... values) {
        System.out.println(String.format(Locale.ROOT, pattern, values));
    }

    static String bytes(long bytes) {
        String[] units = {"bytes", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }

    static void putVersions(ObjectNode json, List<VersionStats> versions) {
        ArrayNode list = json.putArray("versions");
        for (VersionStats version : versions) {
            list.addObject()
                    .put("modelVersion", version.modelVersion())
                    .put("preprocVersion", version.preprocVersion())
                    .put("entries", version.entries())
                    .put("sizeBytes", version.sizeBytes());
        }
    }

    static void printVersions(List<VersionStats> versions) {
        for (VersionStats version : versions) {
            print(
                    "%,12d  %10s  %s  %s",
                    version.entries(),
                    bytes(version.sizeBytes()),
                    shortened(version.modelVersion()),
                    shortened(version.preprocVersion()));
        }
    }

    /** Digests are shortened for reading; {@code --json} has them in full. */
    private static String shortened(String version) {
        return version.replaceAll("(sha256:[0-9a-f]{12})[0-9a-f]{52}", "$1…");
    }

    /** Progress on standard error: one line that is redrawn on a terminal, nothing in a pipe. */
    static CareProgress progress(String verb) {
        if (!Boolean.getBoolean("embedonce.terminal")) {
            return CareProgress.NONE;
        }
        long[] last = {System.nanoTime()};
        return (done, total) -> {
            if (System.nanoTime() - last[0] > PERIOD_NANOS || done >= total) {
                last[0] = System.nanoTime();
                System.err.print(String.format(Locale.ROOT, "\r\u001b[K%s %,d/%,d", verb, done, total));
                if (done >= total) {
                    System.err.print("\r\u001b[K");
                }
            }
        };
    }
}
