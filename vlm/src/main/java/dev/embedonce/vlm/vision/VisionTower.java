package dev.embedonce.vlm.vision;

import java.util.List;

/** Runs the vision tower and its projector. Thread-safe. Whoever opens it closes it. */
public interface VisionTower extends AutoCloseable {
    /**
     * The first part of the cache key: the architecture and a digest of the weights of tower and projector, of the
     * config they were built by, and of the numeric mode.
     */
    String modelVersion();

    /** What runs it, such as {@code onnxruntime 1.29.0 cpu}. */
    String runtime();

    /** The most pictures that are worth giving to {@link #encode} at once. */
    int batchSize();

    /**
     * The features of each picture, in order; memory of their own.
     *
     * @throws dev.embedonce.error.CacheException if the runtime fails
     */
    List<VisionFeatures> encode(List<ProcessedImage> images);

    @Override
    void close();
}
