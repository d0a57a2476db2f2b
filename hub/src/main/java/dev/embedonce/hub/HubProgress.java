package dev.embedonce.hub;

/** Hears how a download goes. Called from the downloading thread, a few times a second at most, and at a file's end. */
@FunctionalInterface
public interface HubProgress {
    /** Hears nothing. */
    HubProgress NONE = (file, done, total) -> {};

    /**
     * So much of a file is there.
     *
     * @param file its name in the model
     * @param doneBytes including what an earlier attempt left
     * @param totalBytes its size
     */
    void downloaded(String file, long doneBytes, long totalBytes);
}
