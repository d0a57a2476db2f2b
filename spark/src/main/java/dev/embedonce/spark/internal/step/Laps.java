package dev.embedonce.spark.internal.step;

import java.util.LinkedHashMap;
import java.util.Map;

/** How long the steps of a run take. Not thread-safe. */
final class Laps {
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long since = System.nanoTime();

    /** Ends a step; one that comes back adds up. */
    void end(String step) {
        long now = System.nanoTime();
        seconds.merge(step, Math.round((now - since) / 1e6) / 1e3, Double::sum);
        since = now;
    }

    Map<String, Double> seconds() {
        return seconds;
    }
}
