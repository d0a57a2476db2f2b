package dev.embedonce.feature;

/** Where an answer came from. */
public enum Source {
    /** The heap tier. */
    MEMORY,
    /** The store. */
    STORE,
    /** The store, an unproven row of another program's, served because foreign rows are trusted. */
    FOREIGN,
    /** The same content elsewhere in this batch, or encoded by another thread or process at the same moment. */
    SHARED,
    /** An entry of other bytes that give the encoder exactly the same input. */
    PIXELS,
    /** The encoder, just now. */
    ENCODED;

    /** Whether the encoder did not run for this answer. */
    public boolean isReuse() {
        return this != ENCODED;
    }
}
