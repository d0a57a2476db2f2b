package dev.embedonce.care;

/** Told now and then how far a long operation is. Called on the operation's thread. */
@FunctionalInterface
public interface CareProgress {
    /** Says nothing to nobody. */
    CareProgress NONE = (done, total) -> {};

    /**
     * Progress.
     *
     * @param done entries dealt with so far
     * @param total entries in all, as counted at the start; more may have come since
     */
    void at(long done, long total);
}
