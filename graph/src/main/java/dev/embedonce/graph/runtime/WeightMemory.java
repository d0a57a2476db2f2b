package dev.embedonce.graph.runtime;

import java.util.Locale;

/** How weights outside the graph's own file are kept in memory. */
public enum WeightMemory {
    /**
     * Repacked for the processor when the model is loaded, 16-bit weights widened to float32: fastest, takes native
     * memory of the weights' size (twice that for 16-bit weights).
     */
    FAST,
    /**
     * Left in the mapped file: loads at once and shares pages between processes, but is slower for batches, and slower
     * in all for 16-bit weights, which are widened each time they are used.
     */
    MAP;

    /**
     * The choice of that name, {@code fast} or {@code map}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static WeightMemory ofName(String name) {
        for (WeightMemory memory : values()) {
            if (memory.toString().equals(name)) {
                return memory;
            }
        }
        throw new IllegalArgumentException("unknown memory mode '" + name + "'; expected fast or map");
    }

    /** The name on the command line, lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
