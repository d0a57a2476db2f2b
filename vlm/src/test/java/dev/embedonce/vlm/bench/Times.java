package dev.embedonce.vlm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Milliseconds that something took, of so many runs. */
record Times(double median, double least, double most, int runs) {
    static Times of(int runs, Runnable step) {
        double[] millis = new double[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            step.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return of(millis);
    }

    private static Times of(double[] millis) {
        Arrays.sort(millis);
        return new Times(millis[millis.length / 2], millis[0], millis[millis.length - 1], millis.length);
    }

    /**
     * Of several things, one after the other in each run.
     *
     * @param clock nanoseconds
     */
    static List<Times> alternately(int runs, LongSupplier clock, List<Runnable> steps) {
        double[][] millis = new double[steps.size()][runs];
        for (int i = 0; i < runs; i++) {
            for (int step = 0; step < steps.size(); step++) {
                long start = clock.getAsLong();
                steps.get(step).run();
                millis[step][i] = (clock.getAsLong() - start) / 1e6;
            }
        }
        return Arrays.stream(millis).map(Times::of).toList();
    }

    /** Kilobytes of memory that this process takes at the moment. */
    static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f to %.2f)", median, least, most);
    }
}
