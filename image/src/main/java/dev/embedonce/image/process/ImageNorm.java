package dev.embedonce.image.process;

import java.util.List;

/**
 * A mean and a standard deviation for each channel of samples from 0 to 1.
 *
 * @param mean of red, green and blue, or one for all of them
 * @param std likewise
 */
// Source: transformers 5.23, image_utils.py
public record ImageNorm(List<Double> mean, List<Double> std) {
    /** Makes samples from -1 to 1; {@code IMAGENET_STANDARD} in transformers. */
    public static final ImageNorm HALF = new ImageNorm(List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

    /** {@code IMAGENET_DEFAULT} in transformers. */
    public static final ImageNorm IMAGENET = new ImageNorm(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225));

    /** CLIP's; {@code OPENAI_CLIP} in transformers. */
    public static final ImageNorm CLIP =
            new ImageNorm(List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711));

    public ImageNorm {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }
}
