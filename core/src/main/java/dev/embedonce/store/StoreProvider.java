package dev.embedonce.store;

import java.util.Set;

/**
 * Opens one kind of store. Found through {@link java.util.ServiceLoader}: a new store is a module with one of these.
 */
public interface StoreProvider {
    /** The URL schemes it answers to, lower-case, such as {@code sqlite}. */
    Set<String> schemes();

    /**
     * Opens the store, creating what does not exist yet.
     *
     * @throws dev.embedonce.error.StoreUrlException if the URL or an option is wrong
     * @throws dev.embedonce.error.StoreUnavailableException if it cannot be opened: unreachable, not writable, or not a
     *     store
     */
    CacheStore open(StoreUrl url);
}
