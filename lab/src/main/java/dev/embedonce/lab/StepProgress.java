package dev.embedonce.lab;

/** Hears how far a step of a run is. */
@FunctionalInterface
public interface StepProgress {
    StepProgress NONE = fraction -> {};

    /** Told now and then, from any thread; 0 to 1. */
    void at(double fraction);
}
