package dev.embedonce.vlm.vision;

import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;

/** Takes apart what transformers' processor makes of a request. Stateless and thread-safe. */
@FunctionalInterface
public interface TensorSplitter {
    /**
     * The pictures in the tensors that transformers' processor makes of a whole request, one by one.
     *
     * @param tensors by transformers' names, such as {@code pixel_values} and {@code image_grid_thw}; those of the text
     *     are passed over
     * @throws IllegalArgumentException if one is missing or has another shape than the others or the model say
     */
    List<ProcessedImage> split(Map<String, Tensor> tensors);
}
