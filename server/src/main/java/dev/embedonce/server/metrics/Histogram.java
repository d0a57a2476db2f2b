package dev.embedonce.server.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Counts values in buckets, as Prometheus does. Thread-safe. */
final class Histogram {
    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /**
     * An empty histogram.
     *
     * @param bounds the largest value of each bucket, rising; one more bucket takes the rest
     */
    Histogram(double... bounds) {
        this.bounds = bounds.clone();
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(double value) {
        int bucket = 0;
        while (bucket < bounds.length && value > bounds[bucket]) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(value);
    }

    void write(MetricsText text, String name, String labels) {
        long total = 0;
        for (int i = 0; i < counts.length; i++) {
            total += counts[i].sum();
            String bound = i < bounds.length ? Double.toString(bounds[i]) : "+Inf";
            text.line(name + "_bucket", labels.isEmpty() ? le(bound) : labels + "," + le(bound), total);
        }
        text.line(name + "_sum", labels, sum.sum());
        text.line(name + "_count", labels, total);
    }

    private static String le(String bound) {
        return "le=\"" + bound + "\"";
    }
}
