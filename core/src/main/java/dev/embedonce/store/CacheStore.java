package dev.embedonce.store;

import dev.embedonce.codec.Stored;
import dev.embedonce.key.CacheKey;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps opaque records under keys. Thread-safe: any number of threads may call any method at once.
 *
 * <p>Every method that talks to the outside throws {@code StoreUnavailableException} when the store cannot be reached,
 * is locked, is full or fails; a batch that failed may have been done in part, and doing it again is safe. A call whose
 * own thread is interrupted may throw {@code StoreInterruptedException} instead, which says nothing about the store
 * ({@link dev.embedonce.store.support.StoreFailure} tells the two apart). After {@link #close} every method throws
 * {@link IllegalStateException}. {@code dev.embedonce.testkit.CacheStoreContract} is this contract as tests.
 */
public interface CacheStore extends AutoCloseable {
    /** Where this is, for people: a URL without secrets. */
    String description();

    StoreCapabilities capabilities();

    /**
     * Looks up a batch in as few round trips as the store allows.
     *
     * @param keys any number, duplicates allowed
     * @return what is there; a key without anything is absent
     */
    Map<CacheKey, Stored> getAll(Collection<CacheKey> keys);

    /**
     * Stores records under keys that hold nothing yet: the first writer wins. When it returns, all of the batch is as
     * durable as {@link #capabilities} says.
     *
     * @return the keys that already held something, readable or not, foreign or not, and were left as they are
     * @throws IllegalArgumentException if a record is larger than {@link StoreCapabilities#maxEntryBytes}; nothing is
     *     stored then
     */
    Set<CacheKey> putAllIfAbsent(Map<CacheKey, Stored.Sealed> records);

    /**
     * Stores records, replacing what is there. This is how a damaged entry is healed. Otherwise as {@link
     * #putAllIfAbsent}.
     */
    void replaceAll(Map<CacheKey, Stored.Sealed> records);

    /**
     * Removes whatever lies under the keys.
     *
     * @return how many there were
     */
    long removeAll(Collection<CacheKey> keys);

    /** Lists the selected entries of every kind, foreign and damaged ones too where their key is known. */
    StoreScan scan(Selection selection);

    /** Counts and bytes. */
    StoreStats stats();

    /** Adds to named counters that outlive the process, such as encoder nanoseconds saved. Atomic for each counter. */
    void addCounters(Map<String, Long> deltas);

    /** All named counters. */
    Map<String, Long> counters();

    /** The leases, if several processes may share this store. */
    default Optional<LeaseTable> leases() {
        return Optional.empty();
    }

    /** Releases everything. Idempotent. */
    @Override
    void close();
}
