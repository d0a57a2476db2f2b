package dev.embedonce.engine;

import dev.embedonce.cache.FeatureCache;
import java.util.List;

/** Is told of pictures whose features are there, on the thread of their request; returns at once. */
@FunctionalInterface
public interface PictureListener {
    /** Ignores everything. */
    PictureListener NONE = (engine, images, encoded, deletions) -> {};

    /**
     * The pictures of a request are served.
     *
     * @param engine its name
     * @param encoded the bytes of each picture
     * @param deletions from the cache when the request began, as {@link FeatureCache#deletions} counts
     */
    void served(String engine, List<ServedImage> images, List<byte[]> encoded, long deletions);
}
