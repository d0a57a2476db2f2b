package dev.embedonce.engine.schedule.internal;

import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finished sequences and whose they are, the least recently used first. Not thread-safe. */
final class KeptSequences {
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

    /** Takes out the one that was not used for longest, or null. */
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
