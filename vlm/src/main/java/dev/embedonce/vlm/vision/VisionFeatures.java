package dev.embedonce.vlm.vision;

import dev.embedonce.value.Tensor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything a tower hands to the language model for one picture: {@code features}, float32 {@code [tokens, hidden]},
 * and whatever else its family has: deepstack levels, cross-attention states, grids, tile layouts. Immutable; tensors
 * are read-only.
 *
 * @param tensors by name, sorted
 */
public record VisionFeatures(Map<String, Tensor> tensors) {
    /** The projected features. */
    public static final String FEATURES = "features";

    public VisionFeatures {
        tensors = Collections.unmodifiableMap(new TreeMap<>(tensors));
        if (!tensors.containsKey(FEATURES)) {
            throw new IllegalArgumentException("vision features without " + FEATURES + ": " + tensors.keySet());
        }
    }

    /** The projected features, float32 {@code [tokens, hidden]}. */
    public Tensor features() {
        return get(FEATURES);
    }

    /** How many tokens of the prompt they take. */
    public int tokens() {
        return Math.toIntExact(features().dim(0));
    }

    /**
     * A tensor by name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no " + name + " among the vision features " + tensors.keySet());
        }
        return tensor;
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.values().stream().mapToLong(t -> t.data().remaining()).sum();
    }
}
