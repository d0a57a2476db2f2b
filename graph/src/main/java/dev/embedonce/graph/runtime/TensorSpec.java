package dev.embedonce.graph.runtime;

import dev.embedonce.value.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One input or output of a graph, as the graph declares it.
 *
 * @param name as in the graph
 * @param typeName ONNX Runtime's name of the element type, such as FLOAT
 * @param dtype the element type, if it is one that a tensor of ours can have
 * @param dims sizes; -1 where the size is free
 * @param dimNames the names of free dimensions, empty where there is none; as long as {@code dims}
 */
public record TensorSpec(String name, String typeName, Optional<DType> dtype, List<Long> dims, List<String> dimNames) {
    public TensorSpec {
        dims = List.copyOf(dims);
        dimNames = List.copyOf(dimNames);
    }

    public int rank() {
        return dims.size();
    }

    /** Whether a tensor of this shape fits: the same rank, and the same size wherever it is not free. */
    public boolean accepts(long[] shape) {
        return shape.length == rank()
                && IntStream.range(0, rank()).allMatch(i -> dims.get(i) < 0 || dims.get(i) == shape[i]);
    }

    /** Such as {@code pixel_values FLOAT[batch, 3, 224, 224]}. */
    @Override
    public String toString() {
        return IntStream.range(0, rank())
                .mapToObj(this::dimText)
                .collect(Collectors.joining(", ", name + " " + typeName + "[", "]"));
    }

    private String dimText(int axis) {
        if (dims.get(axis) >= 0) {
            return Long.toString(dims.get(axis));
        }
        String label = dimNames.get(axis);
        return label.isEmpty() ? "?" : label;
    }

    static TensorSpec of(String name, String typeName, Optional<DType> dtype, long[] shape, String[] dimNames) {
        return new TensorSpec(
                name, typeName, dtype, Arrays.stream(shape).boxed().toList(), Arrays.asList(dimNames));
    }
}
