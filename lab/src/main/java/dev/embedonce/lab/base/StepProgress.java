package dev.embedonce.lab.base;

/** Is told how far a step of a run is. */
@FunctionalInterface
public interface StepProgress {
    StepProgress NONE = fraction -> {};

    /** Takes the fraction that is done, 0 to 1. Called from time to time, from any thread. */
    void at(double fraction);
}
