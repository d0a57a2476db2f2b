package dev.embedonce.vlm.vision;

import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Makes pictures ready for a tower, as the model's processor does. Immutable and thread-safe. */
public interface ImageProcessing {
    /**
     * Decodes and preprocesses one picture.
     *
     * @param encoded the encoded bytes (PNG, JPEG, ...)
     * @throws dev.embedonce.image.pixel.ImageException if they cannot be decoded, or make no picture the model can take
     */
    ProcessedImage process(byte[] encoded, ImageSettings settings);

    /** The second part of the cache key, for these settings: a label and the digest of everything that shapes the pixels. */
    String preprocVersion(ImageSettings settings);

    /** The steps that make the pixels, by name, each with its revision: part of every preprocessing version. */
    SortedMap<String, Integer> revisions();

    /**
     * The pictures in the tensors that transformers' processor makes of a whole request, one by one.
     *
     * @param tensors by transformers' names, such as {@code pixel_values} and {@code image_grid_thw}; those of the text are
     *     passed over
     * @throws IllegalArgumentException if one is missing or has another shape than the others or the model say
     */
    List<ProcessedImage> split(Map<String, Tensor> tensors);
}
