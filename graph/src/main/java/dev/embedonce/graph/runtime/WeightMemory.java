package dev.embedonce.graph.runtime;

import java.util.Locale;

/** How weights that lie outside the graph's own file are kept in memory. */
public enum WeightMemory {
    /** Repacked for the processor when the model is loaded: fastest in batches, takes the weights' size again as heap. */
    FAST,
    /** Left in the mapped file: loads at once and shares pages between processes, slower for batches. */
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
