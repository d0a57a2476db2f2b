package dev.embedonce.engine.schedule.internal;

import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finished sequences, kept for prompts with the same prefix, and whose they are; the least recently used first. Not
 * thread-safe.
 */
final class PrefixCache {
    private final Map<Sequence, Owner> owners = new LinkedHashMap<>();

    void add(Sequence sequence, Owner owner) {
        owners.put(sequence, owner);
    }

    void touch(Sequence sequence) {
        Owner owner = owners.remove(sequence);
        if (owner != null) {
            owners.put(sequence, owner);
        }
    }

    boolean has(Sequence sequence) {
        return owners.containsKey(sequence);
    }

    void remove(Sequence sequence) {
        owners.remove(sequence);
    }

    /** Takes out the least recently used one, or returns null. */
    @Nullable
    Sequence removeOldest() {
        for (Sequence oldest : owners.keySet()) {
            owners.remove(oldest);
            return oldest;
        }
        return null;
    }

    List<Sequence> of(Owner owner) {
        return where(owner::equals);
    }

    /** Those of requests that began before a deletion. */
    List<Sequence> before(long deletions) {
        return where(owner -> owner.deletions() < deletions);
    }

    private List<Sequence> where(Predicate<Owner> wanted) {
        List<Sequence> found = new ArrayList<>();
        owners.forEach((sequence, owner) -> {
            if (wanted.test(owner)) {
                found.add(sequence);
            }
        });
        return found;
    }

    int size() {
        return owners.size();
    }

    void clear() {
        owners.clear();
    }
}
