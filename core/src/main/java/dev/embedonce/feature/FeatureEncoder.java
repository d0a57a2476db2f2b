package dev.embedonce.feature;

import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;

/**
 * What the cache needs of an encoder. Its versions are derived from content, so that they change if and only if its
 * answers may. Implementations are thread-safe: several threads prepare and encode at once.
 *
 * @param <P> an image made ready
 */
public interface FeatureEncoder<P extends Prepared> {
    /** Which model: architecture name and digest of everything in it that shapes the answer. */
    String modelVersion();

    /** Which pixels: label and digest of everything that shapes the encoder's input. */
    String preprocVersion();

    /** What runs it, for provenance, such as {@code onnxruntime 1.29.0 cpu}. */
    String runtime();

    /** How many images to encode at once, at most; at least 1. */
    int batchSize();

    /**
     * How many images the encoder looks at in one go: a batch given in pieces of so many takes no longer than as a
     * whole. From 1 to {@link #batchSize}; what was encoded can be kept after each of them.
     */
    default int imagesPerRun() {
        return batchSize();
    }

    /**
     * Decodes and preprocesses.
     *
     * @param image the encoded bytes, the very array that was hashed; not to be changed or kept
     * @throws RuntimeException if this image cannot be encoded; it fails alone, and the message says why
     */
    P prepare(byte[] image);

    /**
     * Runs the encoder.
     *
     * @param batch 1 to {@link #batchSize} images
     * @return for each image, in order, its named tensors; none of them shares memory with the runtime's buffers
     * @throws dev.embedonce.error.EncoderUnavailableException if this says nothing about the images; they all fail
     * @throws RuntimeException if it fails; the cache then tries the images one by one, so that one bad image fails
     *     alone
     */
    List<Map<String, Tensor>> encode(List<P> batch);
}
