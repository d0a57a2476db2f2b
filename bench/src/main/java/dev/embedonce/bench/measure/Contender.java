package dev.embedonce.bench.measure;

/**
 * One of the things that a benchmark compares.
 *
 * @param name as in the tables
 * @param measure does the work once and says what it cost
 */
public record Contender(String name, Measure measure) {
    /** Does the work once. */
    @FunctionalInterface
    public interface Measure {
        /** The cost in the benchmark's unit; less is better. */
        double once() throws Exception;
    }

    /** Some work whose wall time is measured. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    private static final double NANOS_PER_MICRO = 1e3;

    /** Wall time in microseconds for each of the {@code units} that {@code work} does together. */
    public static Contender micros(String name, int units, Work work) {
        return new Contender(name, () -> {
            long start = System.nanoTime();
            work.run();
            return (System.nanoTime() - start) / NANOS_PER_MICRO / units;
        });
    }
}
