package dev.embedonce.store;

import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Deletions as caches over a store hear of them. A cache keeps answers in memory, and a process that is encoding writes
 * its answer later: both would bring back what was deleted. So whoever deletes changes a number in the store, one of
 * its counters, before and after; a cache compares the number and forgets what it has in memory when it is another one.
 * Eviction for space needs no announcement. Stateless.
 *
 * <p>Both changes are needed. The first one stops loads that have begun: they write, look at the number, and take back
 * what they wrote if it has changed; so a write that saw no change lies before the deletion, which removes it. The
 * second one reaches caches that read an entry into memory between the first change and its removal.
 */
public final class Deletions {
    /** The counter's name in {@link CacheStore#counters}. */
    public static final String COUNTER = "deletions";

    /**
     * The counter grows by random steps below this: a number that was lost, in a store that evicts, and counted up
     * again is still another one. A store would have to announce thousands of millions of deletions before the counter
     * overflows.
     */
    private static final long LARGEST_STEP = 1L << 31;

    private Deletions() {}

    /** A number that is another one after every deletion; at least 0. One small read. */
    public static long number(CacheStore store) {
        return store.counters().getOrDefault(COUNTER, 0L);
    }

    /** Changes the number. One small write. */
    public static void announce(CacheStore store) {
        store.addCounters(Map.of(COUNTER, ThreadLocalRandom.current().nextLong(1, LARGEST_STEP)));
    }

    /**
     * Removes something and announces it, before and after. If it fails, something may have been removed, and doing it
     * again is safe.
     *
     * @throws dev.embedonce.error.StoreUnavailableException if it cannot be announced; nothing has been removed if it
     *     failed before
     */
    public static <T> T run(CacheStore store, Supplier<T> removal) {
        announce(store);
        try {
            return removal.get();
        } finally {
            announce(store);
        }
    }
}
