package dev.embedonce.lab;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Is told how a run progresses. Called from the run's own threads, one call at a time. */
@FunctionalInterface
public interface LabListener {
    /** Ignores everything. */
    LabListener NONE = progress -> {};

    /**
     * How far a run is.
     *
     * @param step what is being done, for people
     * @param number of the step, from 1
     * @param steps in all
     * @param fraction how much of the whole run's work is done, 0 to 1
     * @param left how long the rest will take at the present speed; null while that is unknown
     */
    record Progress(
            String step,
            int number,
            int steps,
            double fraction,
            @Nullable Duration left) {}

    void at(Progress progress);
}
