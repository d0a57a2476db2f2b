package dev.embedonce.server.http;

import dev.embedonce.cache.FeatureCache;
import java.util.Optional;

/**
 * Who sends a request.
 *
 * @param name for logs and fair queues
 * @param salt of the tenant's entries; empty for the plain cache
 * @param admin whether the page, metrics and deletions are allowed
 */
public record Caller(String name, Optional<String> salt, boolean admin) {
    /** Everybody, as long as there are no keys. */
    public static final Caller ANYBODY = new Caller("", Optional.empty(), true);

    /** The part of a cache that is this caller's. */
    public FeatureCache view(FeatureCache cache) {
        return salt.map(cache::forTenant).orElse(cache);
    }

    /** The tenant whose sequences and place in the queues it shares. */
    public String tenant() {
        return salt.orElse("");
    }
}
