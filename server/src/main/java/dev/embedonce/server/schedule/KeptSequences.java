package dev.embedonce.server.schedule;

import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finished sequences and whose they are, the least recently used first. Not thread-safe. */
final class KeptSequences {
    private final Map<Sequence, String> tenants = new LinkedHashMap<>();

    void add(Sequence sequence, String tenant) {
        tenants.put(sequence, tenant);
    }

    void touch(Sequence sequence) {
        String tenant = tenants.remove(sequence);
        if (tenant != null) {
            tenants.put(sequence, tenant);
        }
    }

    boolean has(Sequence sequence) {
        return tenants.containsKey(sequence);
    }

    void remove(Sequence sequence) {
        tenants.remove(sequence);
    }

    /** Takes out the one that was not used for longest, or null. */
    @Nullable
    Sequence removeOldest() {
        for (Sequence oldest : tenants.keySet()) {
            tenants.remove(oldest);
            return oldest;
        }
        return null;
    }

    List<Sequence> of(String tenant) {
        List<Sequence> found = new ArrayList<>();
        tenants.forEach((sequence, owner) -> {
            if (owner.equals(tenant)) {
                found.add(sequence);
            }
        });
        return found;
    }

    int size() {
        return tenants.size();
    }

    void clear() {
        tenants.clear();
    }
}
