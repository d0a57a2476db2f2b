package dev.embedonce.store;

import dev.embedonce.key.CacheKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;

/**
 * Who is encoding what, among processes that share a store. A lease is a row with an owner and an expiry on the store's
 * clock. It saves work and guards nothing: whoever loses one, or works without, wastes time and never correctness,
 * since the first writer of an entry wins. Thread-safe.
 */
public interface LeaseTable {
    /**
     * By how much a clock may be put right without further ado. A lease that was taken later than that from now was
     * taken before the clock was set back, and counts as expired: otherwise all would wait until the clock has caught
     * up.
     */
    Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

    /**
     * Takes the leases that are free, expired or already the owner's.
     *
     * @param owner names this process and run; unguessable and never reused
     * @param duration how long the lease holds unless renewed; at least a millisecond
     * @return the keys now leased to {@code owner}
     */
    Set<CacheKey> tryAcquire(Collection<CacheKey> keys, String owner, Duration duration);

    /**
     * Makes leases last for {@code duration} from now.
     *
     * @return the keys that {@code owner} still had; the others have been taken over
     */
    Set<CacheKey> renew(Collection<CacheKey> keys, String owner, Duration duration);

    /** Gives back those of {@code keys} that {@code owner} has. */
    void release(Collection<CacheKey> keys, String owner);
}
