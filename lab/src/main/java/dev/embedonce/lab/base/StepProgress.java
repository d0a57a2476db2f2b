package dev.embedonce.lab.base;

/** Is told how far a step of a run has come. */
@FunctionalInterface
public interface StepProgress {
    StepProgress NONE = fraction -> {};

    /** Reports the fraction that is done, 0 to 1. Called now and then, from any thread. */
    void at(double fraction);
}
