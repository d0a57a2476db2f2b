package dev.embedonce.store.support;

/** Knows whether a store is still open. Thread-safe. */
public final class OpenGuard {
    private final String description;
    private volatile boolean closed;

    /**
     * A guard of a store that is open.
     *
     * @param description of the store, without secrets
     */
    public OpenGuard(String description) {
        this.description = description;
    }

    public boolean isOpen() {
        return !closed;
    }

    /**
     * Refuses use after close.
     *
     * @throws IllegalStateException if the store is closed
     */
    public void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this store is closed: " + description);
        }
    }

    /** Closes: the first call runs {@code release}, and the others return when it has ended. */
    public synchronized void close(Runnable release) {
        if (!closed) {
            closed = true;
            release.run();
        }
    }
}
