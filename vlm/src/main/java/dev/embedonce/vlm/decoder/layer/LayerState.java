package dev.embedonce.vlm.decoder.layer;

import java.util.Arrays;

/**
 * What a layer keeps for each sequence between runs: a float32 input of the graph and its output {@code new_<name>}.
 */
public sealed interface LayerState {
    /** What the name of the output begins with. */
    String UPDATED = "new_";

    /** The graph's input. */
    String name();

    /** The graph's output that follows it. */
    default String updatedName() {
        return UPDATED + name();
    }

    /**
     * An entry for every token, such as a key: float32 {@code [rows, heads, room, size]}. It is written in place,
     * grows, and is cut back by forgetting its end.
     */
    record PerToken(String name, int heads, int size) implements LayerState {}

    /**
     * Keys or values that are another state already: those of an earlier layer, shared by a layer that has none of its
     * own, or a layer's keys, where they are its values too. The operator returns them as the other state is after the
     * run, in place.
     *
     * @param by the number of the layer that attends to them
     */
    record Borrowed(PerToken of, int by) implements LayerState {
        @Override
        public String name() {
            return of.name();
        }

        @Override
        public String updatedName() {
            return UPDATED + of.name() + "_by_" + by;
        }
    }

    /**
     * What all tokens so far have come to, such as the state of a recurrence: float32 {@code [rows, shape..]}, zero
     * before the first token. It cannot be cut back.
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    record Recurrent(String name, long... shape) implements LayerState {
        public Recurrent {
            shape = shape.clone();
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Recurrent other && name.equals(other.name) && Arrays.equals(shape, other.shape);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }
}
