package dev.embedonce.cache.internal;

/**
 * What this process remembers from one deletion to the next: the heap tier and the encodings under way. A load works
 * with the generation it began with; after a deletion there is another one, and whatever the load still puts into its
 * own reaches nobody.
 *
 * @param number counts up in this process
 * @param deletions the store's number ({@code Deletions.number}) that it belongs to, or {@link #UNKNOWN}
 */
public record Generation(long number, long deletions, HeapTier heap, Flights flights) {
    /** The store has not been asked yet, or did not answer. */
    static final long UNKNOWN = -1;

    static Generation first(long heapBytes) {
        return new Generation(0, UNKNOWN, new HeapTier(heapBytes), new Flights());
    }

    /** One that remembers nothing. */
    Generation next(long newDeletions) {
        return new Generation(number + 1, newDeletions, heap.emptied(), new Flights());
    }
}
