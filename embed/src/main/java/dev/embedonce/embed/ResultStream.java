package dev.embedonce.embed;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What became of the images of a stream, in its order. Not thread-safe; whoever opens it closes it. */
public interface ResultStream extends AutoCloseable {
    /**
     * What became of the next image; null at the end. Waits until it is known.
     *
     * @throws IOException if the input fails; an image that fails is a result
     */
    @Nullable
    ImageResult next() throws IOException;

    /** Ends the run. Images in progress are dropped. */
    @Override
    void close();
}
