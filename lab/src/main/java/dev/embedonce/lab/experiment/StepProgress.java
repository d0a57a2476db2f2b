package dev.embedonce.lab.experiment;

/** Hears how far an experiment is. */
@FunctionalInterface
public interface StepProgress {
    StepProgress NONE = fraction -> {};

    /** Told now and then, from the experiment's thread; 0 to 1. */
    void at(double fraction);
}
