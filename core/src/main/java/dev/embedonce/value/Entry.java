package dev.embedonce.value;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is kept under a key: everything the encoder said about one image, as named tensors, and how it came to be. An
 * embedding is the case of one tensor named {@link #EMBEDDING}; a vision tower's features are the case of several.
 * Immutable, thread-safe.
 *
 * @param tensors by name, in the order of the names; at least one, at most 65,535, 2 GiB in all
 * @param provenance beside the value: two entries with the same tensors say the same thing
 */
public record Entry(Map<String, Tensor> tensors, Provenance provenance) {
    /** The name of the one tensor of an embedding. */
    public static final String EMBEDDING = "embedding";

    /** What safetensors calls its own map, so that no tensor can be called so. */
    private static final String RESERVED = "__metadata__";

    public Entry {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("an entry has at least one tensor");
        }
        long total = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            if (tensor.getKey().isEmpty() || tensor.getKey().equals(RESERVED)) {
                throw new IllegalArgumentException("a tensor's name must not be '" + tensor.getKey() + "'");
            }
            total += tensor.getValue().sizeBytes();
        }
        if (tensors.size() > 65_535 || total > Integer.MAX_VALUE - 65_536) {
            throw new IllegalArgumentException("an entry has at most 65535 tensors and 2 GiB; found " + tensors.size()
                    + " tensors, " + total + " bytes");
        }
        tensors = tensors.size() == 1
                ? Map.copyOf(tensors)
                : Collections.unmodifiableMap(new LinkedHashMap<>(new TreeMap<>(tensors)));
    }

    /** An entry that holds one vector. */
    public static Entry of(Embedding embedding, Provenance provenance) {
        return new Entry(Map.of(EMBEDDING, embedding.tensor()), provenance);
    }

    /** Whether this is one float32 vector under the name {@link #EMBEDDING}. */
    public boolean isEmbedding() {
        Tensor only = tensors.get(EMBEDDING);
        return tensors.size() == 1 && only != null && only.dtype() == DType.FLOAT32 && only.rank() == 1;
    }

    /**
     * The vector.
     *
     * @throws IllegalStateException if this is not an embedding
     */
    public Embedding embedding() {
        Tensor only = tensors.get(EMBEDDING);
        if (only == null || !isEmbedding()) {
            throw new IllegalStateException("not a single vector: " + tensors);
        }
        return new Embedding(only);
    }

    /** The same with all tensors on the heap: this one if they are there, or else a copy. */
    public Entry onHeap() {
        for (Tensor tensor : tensors.values()) {
            if (tensor.isDirect()) {
                Map<String, Tensor> copies = new LinkedHashMap<>();
                tensors.forEach((name, one) -> copies.put(name, one.onHeap()));
                return new Entry(copies, provenance);
            }
        }
        return this;
    }

    /** Bytes of all tensors together. */
    public long sizeBytes() {
        long total = 0;
        for (Tensor tensor : tensors.values()) {
            total += tensor.sizeBytes();
        }
        return total;
    }
}
