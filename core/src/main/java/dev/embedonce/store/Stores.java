package dev.embedonce.store;

import dev.embedonce.error.StoreUrlException;
import java.util.Comparator;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Opens a store by its URL, with whichever store modules are on the class path. */
public final class Stores {
    private Stores() {}

    /**
     * Opens the store at {@code url}; see the store's own guide for its options.
     *
     * @throws StoreUrlException if the URL is malformed or no module on the class path knows its scheme
     * @throws dev.embedonce.error.StoreUnavailableException if it cannot be opened
     */
    public static CacheStore open(String url) {
        return open(StoreUrl.parse(url));
    }

    /** As {@link #open(String)}. */
    public static CacheStore open(StoreUrl url) {
        TreeMap<String, StoreProvider> providers = new TreeMap<>(Comparator.naturalOrder());
        for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
            provider.schemes().forEach(scheme -> providers.put(scheme, provider));
        }
        StoreProvider provider = providers.get(url.scheme());
        if (provider == null) {
            throw new StoreUrlException("there is no store '" + url.scheme() + ":'; available: "
                    + String.join(
                            ", ", providers.keySet().stream().map(s -> s + ":").toList()));
        }
        return provider.open(url);
    }
}
