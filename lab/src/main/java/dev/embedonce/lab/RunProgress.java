package dev.embedonce.lab;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns the progress of steps into that of the run. Work is counted in encoded images, or what takes as long; steps
 * that an earlier run had finished count as done, but not for the speed. Thread-safe.
 */
final class RunProgress {
    /**
     * A step that is planned.
     *
     * @param work in encoded images
     */
    record Planned(String name, double work) {}

    private final List<Planned> steps;
    private final LabListener listener;
    private final double total;
    private final long start = System.nanoTime();
    private int current = -1;
    private double doneBefore;
    private double skipped;

    RunProgress(List<Planned> steps, LabListener listener) {
        this.steps = List.copyOf(steps);
        this.listener = listener;
        this.total = steps.stream().mapToDouble(Planned::work).sum();
    }

    /** The next step begins. */
    synchronized void begin() {
        if (current >= 0) {
            doneBefore += steps.get(current).work();
        }
        current++;
        at(0);
    }

    /** The step that has just begun was finished by an earlier run. */
    synchronized void skip() {
        skipped += steps.get(current).work();
        at(1);
    }

    /** Reports how much of the current step is done, 0 to 1. */
    synchronized void at(double fraction) {
        Planned step = steps.get(current);
        double done = doneBefore + fraction * step.work();
        listener.at(new LabListener.Progress(step.name(), current + 1, steps.size(), done / total, left(done)));
    }

    private @Nullable Duration left(double done) {
        double worked = done - skipped;
        if (worked <= 0) {
            return null;
        }
        double nanos = (System.nanoTime() - start) / worked * (total - done);
        return Duration.ofNanos((long) nanos);
    }
}
