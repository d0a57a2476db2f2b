package dev.embedonce.cli.embed;

import java.util.concurrent.atomic.LongAdder;

/** Running counts of a run, for the progress display and the summary. Thread-safe. */
final class Tally {
    private final LongAdder hits = new LongAdder();
    private final LongAdder pixelHits = new LongAdder();
    private final LongAdder encoded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    void count(ImageResult result) {
        if (result instanceof ImageResult.Embedded embedded) {
            switch (embedded.status()) {
                case "encoded" -> encoded.increment();
                case "pixel-hit" -> pixelHits.increment();
                default -> hits.increment();
            }
        } else {
            failed.increment();
        }
    }

    long hits() {
        return hits.sum();
    }

    long pixelHits() {
        return pixelHits.sum();
    }

    long encoded() {
        return encoded.sum();
    }

    long failed() {
        return failed.sum();
    }

    long done() {
        return hits() + pixelHits() + encoded() + failed();
    }
}
