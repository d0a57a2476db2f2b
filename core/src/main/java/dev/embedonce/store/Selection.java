package dev.embedonce.store;

import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are meant: a null part matches every value, and a key is selected if all parts match.
 *
 * @param modelVersion exact, or null for all
 * @param preprocVersion exact, or null for all
 * @param contentHash exact, or null for all
 */
public record Selection(
        @Nullable String modelVersion,
        @Nullable String preprocVersion,
        @Nullable ContentHash contentHash) {
    /** Every key. */
    public static final Selection ALL = new Selection(null, null, null);

    public boolean matches(CacheKey key) {
        return (modelVersion == null || modelVersion.equals(key.modelVersion()))
                && (preprocVersion == null || preprocVersion.equals(key.preprocVersion()))
                && (contentHash == null || contentHash.equals(key.contentHash()));
    }
}
