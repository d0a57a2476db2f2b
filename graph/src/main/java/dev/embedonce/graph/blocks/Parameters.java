package dev.embedonce.graph.blocks;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.Shape;
import dev.embedonce.graph.safetensors.TensorInfo;
import dev.embedonce.graph.safetensors.Weights;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tensors of one model under canonical names, whatever layout the checkpoint uses. Every access gives the shape
 * that the config demands, which is checked; what was read is remembered for the fingerprint. Not thread-safe.
 */
public final class Parameters {
    private final Weights weights;
    private final NameLayout layout;
    private final SortedMap<String, TensorInfo> read = new TreeMap<>();

    private Parameters(Weights weights, NameLayout layout) {
        this.weights = weights;
        this.layout = layout;
    }

    /**
     * Finds the layout in which the checkpoint has all of the probes.
     *
     * @param probes canonical names that every checkpoint of the model has
     * @throws ModelLoadException if no layout fits; it names the first probe in each
     */
    public static Parameters resolve(Weights weights, List<NameLayout> layouts, String... probes) {
        for (NameLayout layout : layouts) {
            if (List.of(probes).stream().allMatch(probe -> weights.contains(layout.nameOf(probe)))) {
                return new Parameters(weights, layout);
            }
        }
        throw noLayout(weights, layouts, probes);
    }

    public boolean has(String name) {
        return weights.contains(layout.nameOf(name));
    }

    /** Whether there is a weight of exactly this shape. */
    public boolean fits(String name, long... dims) {
        return weights.find(layout.nameOf(name))
                .filter(tensor -> tensor.shape().equals(Shape.of(dims)))
                .isPresent();
    }

    /**
     * A weight of exactly this shape.
     *
     * @throws ModelLoadException if it is missing, has another shape, or is not a float tensor
     */
    public TensorInfo require(String name, long... dims) {
        TensorInfo tensor = weights.get(layout.nameOf(name));
        Shape expected = Shape.of(dims);
        if (!tensor.shape().equals(expected)) {
            throw new ModelLoadException(tensor.file() + ": tensor " + tensor.name() + ": expected shape " + expected
                    + " by config.json, found " + tensor.shape());
        }
        if (!tensor.type().isFloatWeight()) {
            throw new ModelLoadException(tensor.file() + ": tensor " + tensor.name()
                    + ": expected dtype F32, F16 or BF16, found " + tensor.type());
        }
        read.put(name, tensor);
        return tensor;
    }

    /** The tensors that were asked for so far, by canonical name. */
    public SortedMap<String, TensorInfo> read() {
        return Collections.unmodifiableSortedMap(read);
    }

    /** The file or directory, for messages. */
    public String source() {
        return weights.source();
    }

    private static ModelLoadException noLayout(Weights weights, List<NameLayout> layouts, String... probes) {
        List<String> tried = new ArrayList<>();
        for (String probe : probes) {
            List<String> names = layouts.stream()
                    .map(layout -> layout.nameOf(probe))
                    .distinct()
                    .toList();
            if (names.stream().noneMatch(weights::contains)) {
                return new ModelLoadException(
                        weights.source() + ": tensor " + probe + " is missing; looked for " + String.join(", ", names));
            }
            tried.addAll(names);
        }
        return new ModelLoadException(weights.source()
                + ": the tensors are named in no layout that is known; looked for " + String.join(", ", tried));
    }
}
