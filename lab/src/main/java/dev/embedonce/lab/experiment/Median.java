package dev.embedonce.lab.experiment;

import java.util.List;

/** The median of some numbers. */
final class Median {
    private Median() {}

    /** The median; of an even count the mean of the middle two; 0 of none. */
    static double of(List<Double> values) {
        if (values.isEmpty()) {
            return 0;
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
