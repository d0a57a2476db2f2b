package dev.embedonce.vlm.vision;

import dev.embedonce.image.process.PixelValues;
import dev.embedonce.value.DType;
import dev.embedonce.value.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Pixels as tensors. */
public final class PixelTensors {
    private PixelTensors() {}

    /** A copy of the pixels: float32 {@code [3, height, width]}. */
    public static Tensor of(PixelValues values) {
        ByteBuffer bytes = Tensor.direct(DType.FLOAT32, values.shape());
        bytes.asFloatBuffer().put(values.data().duplicate());
        return Tensor.view(DType.FLOAT32, values.shape(), bytes);
    }

    /** A picture whose tower has no input but its pixels. */
    public static ProcessedImage processed(String name, PixelValues values) {
        return new ProcessedImage(Map.of(name, of(values)), Map.of(), values.originalWidth(), values.originalHeight());
    }

    /**
     * The rows of a tensor among others; none if the tensor is not there.
     *
     * @return views without the first axis
     */
    public static List<Tensor> rows(Map<String, Tensor> tensors, String name) {
        Tensor all = tensors.get(name);
        return all == null ? List.of() : rows(all);
    }

    /**
     * The rows of a tensor.
     *
     * @return views without the first axis
     */
    public static List<Tensor> rows(Tensor all) {
        long[] shape = Arrays.copyOfRange(all.shape(), 1, all.rank());
        int bytes = Tensor.byteCount(all.dtype(), shape);
        return IntStream.range(0, Math.toIntExact(all.dim(0)))
                .mapToObj(i -> Tensor.view(all.dtype(), shape, all.data().slice(i * bytes, bytes)))
                .toList();
    }

    /**
     * Refuses tensors that do not belong together; one that is not there has no rows.
     *
     * @throws IllegalArgumentException if the tensors of these names have not equally many rows
     */
    public static void requireSameRows(Map<String, Tensor> tensors, String... names) {
        List<Integer> counts =
                Stream.of(names).map(name -> rows(tensors, name).size()).toList();
        if (Set.copyOf(counts).size() != 1) {
            throw new IllegalArgumentException(
                    "expected equally many rows of " + String.join(", ", names) + ", found " + counts);
        }
    }

    /**
     * Some rows of a tensor among others.
     *
     * @return a view {@code [count, ..]}
     * @throws IllegalArgumentException if there is no such tensor, or it has no such rows
     */
    public static Tensor slice(Map<String, Tensor> tensors, String name, int first, int count) {
        Tensor all = tensors.get(name);
        if (all == null || first < 0 || count < 1 || first + count > all.dim(0)) {
            throw new IllegalArgumentException("expected " + (first + count) + " rows of " + name + ", found " + all);
        }
        long[] shape = all.shape().clone();
        shape[0] = count;
        int row = Math.toIntExact(Tensor.byteCount(all.dtype(), shape) / count);
        return Tensor.view(all.dtype(), shape, all.data().slice(first * row, count * row));
    }
}
