package dev.embedonce.cli.embed;

import dev.embedonce.cache.Outcome;
import dev.embedonce.cache.Source;
import dev.embedonce.cli.Messages;

/** What became of one image of the input. */
sealed interface ImageResult {
    String path();

    /** Whether the encoder had to look at it. */
    default boolean isEncoded() {
        return this instanceof Embedded embedded && embedded.served.source() == Source.ENCODED;
    }

    /** A vector. */
    record Embedded(String path, Outcome.Served served) implements ImageResult {
        /** How the image was served, in the words of the output's {@code status} column. */
        String status() {
            Source source = served.source();
            if (source == Source.ENCODED) {
                return "encoded";
            }
            return source == Source.PIXELS ? "pixel-hit" : "hit";
        }
    }

    /** No vector, and why. */
    record Failed(String path, String reason) implements ImageResult {}

    static ImageResult of(String path, Outcome outcome) {
        return outcome instanceof Outcome.Served served
                ? new Embedded(path, served)
                : new Failed(path, Messages.oneLine(((Outcome.Failed) outcome).error()));
    }
}
