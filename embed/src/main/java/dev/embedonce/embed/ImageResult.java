package dev.embedonce.embed;

import dev.embedonce.feature.Outcome;
import dev.embedonce.feature.Source;
import dev.embedonce.value.Embedding;

/** What became of one image of the input. Immutable. */
public sealed interface ImageResult {
    /** What the image is called: {@link ImageItem#path}. */
    String path();

    /** Whether the encoder had to run for it. */
    default boolean isEncoded() {
        return this instanceof Embedded embedded && embedded.served.source() == Source.ENCODED;
    }

    /**
     * A vector.
     *
     * @param served the entry, its key, and where it came from
     */
    record Embedded(String path, Outcome.Served served) implements ImageResult {
        /** The vector, float32 {@code [dimension]}. */
        public Embedding embedding() {
            return served.entry().embedding();
        }

        /**
         * How the image was served, in the words of a table of vectors: {@code encoded}, {@code pixel-hit} or {@code
         * hit}.
         */
        public String status() {
            return switch (served.source()) {
                case ENCODED -> "encoded";
                case PIXELS -> "pixel-hit";
                default -> "hit";
            };
        }
    }

    /**
     * No vector.
     *
     * @param error why; its message is a reason for people
     */
    record Failed(String path, Exception error) implements ImageResult {}

    /** What became of an image that was read. */
    static ImageResult of(String path, Outcome outcome) {
        return outcome instanceof Outcome.Served served
                ? new Embedded(path, served)
                : new Failed(path, ((Outcome.Failed) outcome).error());
    }
}
