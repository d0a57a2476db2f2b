package dev.embedonce.vlm.vision;

import java.util.SortedMap;

/** Makes pictures ready for a tower, as the model's processor does. Immutable and thread-safe. */
public interface ImageProcessing extends TensorSplitter {
    /**
     * Decodes and preprocesses one picture.
     *
     * @param encoded the encoded bytes (PNG, JPEG, ...)
     * @throws dev.embedonce.image.pixel.ImageException if they cannot be decoded, or make no picture the model can take
     */
    ProcessedImage process(byte[] encoded, ImageSettings settings);

    /**
     * The second part of the cache key, for these settings: a label and the digest of everything that shapes the
     * pixels.
     */
    String preprocVersion(ImageSettings settings);

    /** The steps that make the pixels, by name, each with its revision: part of every preprocessing version. */
    SortedMap<String, Integer> revisions();
}
