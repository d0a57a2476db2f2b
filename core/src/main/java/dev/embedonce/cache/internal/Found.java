package dev.embedonce.cache.internal;

import dev.embedonce.feature.Source;
import dev.embedonce.key.CacheKey;
import dev.embedonce.value.Entry;

/**
 * An entry that may be an answer.
 *
 * @param keptUnder where the tensors lie: the key asked for, or the one it links to
 */
public record Found(Entry entry, CacheKey keptUnder, Source source) {
    public Found as(Source other) {
        return new Found(entry, keptUnder, other);
    }
}
