package dev.embedonce.embed;

import java.io.IOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Images one after the other, read once, in a fixed order. Not thread-safe; whoever opens it closes it. */
public interface ImageStream extends AutoCloseable {
    /** The next image; null at the end. */
    @Nullable
    ImageItem next() throws IOException;

    /** Releases what the images come from. */
    @Override
    default void close() {
        // nothing is held
    }

    /** The images that an iterator gives, such as a part of a table. */
    static ImageStream of(Iterator<? extends ImageItem> images) {
        return () -> images.hasNext() ? images.next() : null;
    }
}
