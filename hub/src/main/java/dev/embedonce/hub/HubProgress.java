package dev.embedonce.hub;

/**
 * Is told how a download progresses. Called from the downloading thread, a few times a second at most, and at a file's
 * end.
 */
@FunctionalInterface
public interface HubProgress {
    /** Ignores everything. */
    HubProgress NONE = (file, done, total) -> {};

    /**
     * Some more of a file has arrived.
     *
     * @param file its name in the model
     * @param doneBytes including what an earlier attempt left
     * @param totalBytes its size
     */
    void downloaded(String file, long doneBytes, long totalBytes);
}
