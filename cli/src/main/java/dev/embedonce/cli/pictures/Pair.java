package dev.embedonce.cli.pictures;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Two pictures that are the same, or may be.
 *
 * @param first position of one picture
 * @param second position of the other, larger
 * @param hamming bits in which their perceptual hashes differ
 * @param cosine of their vectors; 1 where bytes or pixels are the same, since the encoder then sees the same; NaN if
 *     not compared
 * @param verdict whether they are duplicates, and how that is known
 * @param problem why they could not be compared, if so
 */
record Pair(
        int first,
        int second,
        int hamming,
        double cosine,
        Verdict verdict,
        @Nullable String problem) {
    /** Whether a pair are duplicates, and how that is known. */
    enum Verdict {
        /** The same bytes: SHA-256. */
        BYTES,
        /** The same upright pixels in other bytes. */
        PIXELS,
        /** Alike by hash, and the vectors agree. */
        VERIFIED,
        /** Alike by hash, but the vectors do not agree. */
        REJECTED,
        /** Alike by hash; the vectors were not compared, because nobody asked or because there is none. */
        UNVERIFIED
    }

    static Pair sameBytes(int first, int second) {
        return new Pair(first, second, 0, 1, Verdict.BYTES, null);
    }

    static Pair samePixels(int first, int second) {
        return new Pair(first, second, 0, 1, Verdict.PIXELS, null);
    }

    static Pair candidate(int first, int second, int hamming) {
        return new Pair(first, second, hamming, Double.NaN, Verdict.UNVERIFIED, null);
    }

    Pair compared(double newCosine, double threshold) {
        Verdict found = newCosine >= threshold ? Verdict.VERIFIED : Verdict.REJECTED;
        return new Pair(first, second, hamming, newCosine, found, null);
    }

    Pair notCompared(String reason) {
        return new Pair(first, second, hamming, Double.NaN, Verdict.UNVERIFIED, reason);
    }

    /** {@code bytes}, {@code pixels} or {@code near}. */
    String kind() {
        return switch (verdict) {
            case BYTES -> "bytes";
            case PIXELS -> "pixels";
            default -> "near";
        };
    }

    boolean verified() {
        return verdict == Verdict.BYTES || verdict == Verdict.PIXELS || verdict == Verdict.VERIFIED;
    }

    /** For people, such as {@code Hamming 2, cosine 0.9971}. */
    String describe() {
        return switch (verdict) {
            case BYTES -> "same bytes";
            case PIXELS -> "same pixels";
            default ->
                String.format(Locale.ROOT, "Hamming %d, ", hamming)
                        + (Double.isNaN(cosine)
                                ? "vectors not compared" + (problem == null ? "" : " (" + problem + ")")
                                : String.format(Locale.ROOT, "cosine %.4f", cosine));
        };
    }
}
