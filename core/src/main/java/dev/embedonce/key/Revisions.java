package dev.embedonce.key;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The parts that make something, by name, each with its revision: the blocks of a graph, the steps of a processor.
 * Every part adds itself where it is used, so that none must be listed; all of them together become part of a version.
 * Not thread-safe.
 */
public final class Revisions {
    private final SortedMap<String, Integer> revisions = new TreeMap<>();

    /** Of nothing yet. */
    public Revisions() {}

    /**
     * Says that a part is used, at this revision; again is harmless.
     *
     * @param part names it in versions, and never changes
     * @param revision raised whenever the part makes something else of the same
     * @return this
     * @throws IllegalStateException if a part of that name is there with another revision
     */
    public Revisions uses(String part, int revision) {
        Integer known = revisions.putIfAbsent(part, revision);
        if (known != null && known != revision) {
            throw new IllegalStateException(
                    "two parts are named " + part + ", with the revisions " + known + " and " + revision);
        }
        return this;
    }

    /** All of them, sorted by name: a read-only view. */
    public SortedMap<String, Integer> all() {
        return Collections.unmodifiableSortedMap(revisions);
    }

    /** Adds parts and their revisions to a digest. */
    public static void put(FramedDigest digest, SortedMap<String, Integer> revisions) {
        digest.put("parts", revisions.size());
        for (Map.Entry<String, Integer> part : revisions.entrySet()) {
            digest.put("part", part.getKey()).put("revision", part.getValue());
        }
    }
}
