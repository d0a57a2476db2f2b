package dev.embedonce.vlm.bench;

import java.util.Arrays;
import java.util.Locale;

/** Milliseconds that something took, of so many runs. */
record Times(double median, double least, double most, int runs) {
    static Times of(int runs, Runnable step) {
        double[] millis = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            step.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        return new Times(millis[runs / 2], millis[0], millis[runs - 1], runs);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, least, most);
    }
}
