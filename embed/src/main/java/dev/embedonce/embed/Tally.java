package dev.embedonce.embed;

import java.util.concurrent.atomic.LongAdder;

/** Running counts of images, while they are embedded and afterwards. Each is counted once. Thread-safe. */
public final class Tally {
    private final LongAdder hits = new LongAdder();
    private final LongAdder pixelHits = new LongAdder();
    private final LongAdder encoded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    void count(ImageResult result) {
        if (result instanceof ImageResult.Embedded embedded) {
            switch (embedded.served().source()) {
                case ENCODED -> encoded.increment();
                case PIXELS -> pixelHits.increment();
                default -> hits.increment();
            }
        } else {
            failed.increment();
        }
    }

    /** Answered for the very same bytes, without the encoder. */
    public long hits() {
        return hits.sum();
    }

    /** Answered for other bytes that give the encoder the same input. */
    public long pixelHits() {
        return pixelHits.sum();
    }

    /** Encoded now. */
    public long encoded() {
        return encoded.sum();
    }

    /** Could not be read, decoded or encoded. */
    public long failed() {
        return failed.sum();
    }

    /** All of them. */
    public long done() {
        return hits() + pixelHits() + encoded() + failed();
    }
}
