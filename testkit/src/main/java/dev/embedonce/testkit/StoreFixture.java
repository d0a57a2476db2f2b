package dev.embedonce.testkit;

import dev.embedonce.store.CacheStore;
import dev.embedonce.store.StoreCapabilities;
import dev.embedonce.store.Stores;
import java.time.Clock;
import java.util.Optional;

/** What a store's test class provides to the contracts. The contracts open and close handles themselves. */
public interface StoreFixture {
    /** The URL of a store that is still empty; another one at every call. The test class cleans up. */
    String newUrl() throws Exception;

    /** The capabilities that the store is expected to declare. */
    StoreCapabilities capabilities();

    /** A new handle on the store at {@code url}. */
    default CacheStore open(String url) {
        return Stores.open(url);
    }

    /** A new handle whose store uses the test's clock, if the store's clock can be replaced. */
    default Optional<CacheStore> open(String url, Clock clock) {
        return Optional.empty();
    }
}
