package dev.embedonce.bench.measure;

/**
 * A target, and what was measured.
 *
 * @param claim the target in words, with its unit
 * @param limit the number
 * @param atLeast whether the number is a lower bound; otherwise it is an upper bound
 * @param measured what was found
 */
public record Check(String claim, double limit, boolean atLeast, Spread measured) {
    /** Whether the median is within the limit. */
    public boolean reached() {
        return atLeast ? measured.median() >= limit : measured.median() <= limit;
    }
}
