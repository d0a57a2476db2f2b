package dev.embedonce.bench.measure;

import java.util.Arrays;

/**
 * The spread of numbers that were measured in the same way.
 *
 * @param median the middle one
 * @param low the first quartile
 * @param high the third quartile
 * @param min the smallest
 * @param max the largest
 * @param count how many there are
 */
public record Spread(double median, double low, double high, double min, double max, int count) {
    /** The spread of at least one number. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Spread(
                at(sorted, 0.5),
                at(sorted, 0.25),
                at(sorted, 0.75),
                sorted[0],
                sorted[sorted.length - 1],
                sorted.length);
    }

    private static double at(double[] sorted, double share) {
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
