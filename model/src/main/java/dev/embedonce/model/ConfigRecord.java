package dev.embedonce.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is read of a {@link ModelConfig}, defaults included: for the fingerprint of what was made by it, and to refuse
 * what was not understood. Not thread-safe.
 */
public final class ConfigRecord {
    private final SortedMap<String, String> values = new TreeMap<>();

    void put(String field, String value) {
        values.put(field, value);
    }

    /** Whether a field, or one in the object that it holds, has been read. */
    boolean covers(String field) {
        return values.containsKey(field)
                || !values.subMap(field + ".", field + "/").isEmpty();
    }

    /** The fields read so far, dotted, and their values; sorted by name. */
    public SortedMap<String, String> values() {
        return Collections.unmodifiableSortedMap(values);
    }
}
