package dev.embedonce.cache.internal;

import dev.embedonce.feature.HashedImage;
import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** The images of one call, each distinct content once. Not thread-safe. */
public final class Batch {
    private final List<CacheKey> keys;
    private final Map<CacheKey, HashedImage> distinct = new LinkedHashMap<>();

    /** @param keyOf the key of a content; without side effects */
    public Batch(List<HashedImage> images, Function<ContentHash, CacheKey> keyOf) {
        keys = new ArrayList<>(images.size());
        for (HashedImage image : images) {
            CacheKey key = keyOf.apply(image.contentHash());
            keys.add(key);
            distinct.merge(key, image, EqualImages::join);
        }
    }

    /** Each distinct content's image by its key, in the order of the input. */
    public Map<CacheKey, HashedImage> distinct() {
        return distinct;
    }

    /**
     * What became of each image, in the order of the input, counted.
     *
     * @param results what became of each distinct content
     */
    public List<Outcome> outcomes(Map<CacheKey, Outcome> results, CacheCounters counters) {
        List<Outcome> outcomes = new ArrayList<>(keys.size());
        Set<CacheKey> seen = new HashSet<>();
        for (CacheKey key : keys) {
            Outcome outcome = Objects.requireNonNull(results.get(key), "every key has a result");
            boolean again = !seen.add(key);
            if (again
                    && outcome instanceof Outcome.Served served
                    && !served.source().isReuse()) {
                outcome = new Outcome.Served(served.contentHash(), key, served.entry(), Source.SHARED);
            }
            counters.count(outcome);
            outcomes.add(outcome);
        }
        return outcomes;
    }
}
