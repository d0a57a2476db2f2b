package dev.embedonce.testkit;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.Stores;
import java.time.Clock;
import java.util.Optional;

/** What a store's test class gives the contracts. The contracts open and close handles themselves. */
public interface StoreFixture {
    /** The URL of a place where nothing is stored yet; another place at every call. Cleaned up by the test class. */
    String newUrl() throws Exception;

    /** What the store is expected to say it can do. */
    StoreCapabilities capabilities();

    /** A new handle on the store at {@code url}. */
    default CacheStore open(String url) {
        return Stores.open(url);
    }

    /** The same with a clock of the test's instead of the store's own, if the store's clock can be exchanged. */
    default Optional<CacheStore> open(String url, Clock clock) {
        return Optional.empty();
    }
}
