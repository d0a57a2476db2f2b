package dev.embedonce.value;

import java.time.Instant;

/**
 * How an entry came to be. It stands beside the value, never in the key.
 *
 * @param encodeNanos this image's share of the encoder's time, nanoseconds; 0 if not known
 * @param batchSize how many images were encoded together; 0 if not known
 * @param runtime what ran the encoder, such as {@code onnxruntime 1.29.0 cpu}; empty if not known
 * @param width the decoded image's width in pixels, upright; 0 if not known
 * @param height the decoded image's height in pixels, upright; 0 if not known
 * @param created when it was encoded, to the millisecond
 */
public record Provenance(long encodeNanos, int batchSize, String runtime, int width, int height, Instant created) {
    public Provenance {
        created = Instant.ofEpochMilli(created.toEpochMilli());
    }

    /** For an entry of which nothing but the date is known. */
    public static Provenance unknown(Instant created) {
        return new Provenance(0, 0, "", 0, 0, created);
    }
}
