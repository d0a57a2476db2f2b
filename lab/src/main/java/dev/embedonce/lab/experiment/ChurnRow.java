package dev.embedonce.lab.experiment;

import dev.embedonce.lab.corpus.Churn;

/**
 * One cycle of one strategy under one kind of churn.
 *
 * @param cycle from 0, in which nothing is known yet
 * @param images asked for
 * @param changed among them, new bytes in this cycle (in cycle 0 all are)
 * @param hits answered from the store, or by the same key elsewhere in the cycle
 * @param pixelHits with new bytes and the same encoder input
 * @param encoded by running the encoder
 * @param wrong answers that are not the encoder's vector for these very bytes
 */
public record ChurnRow(
        Churn churn,
        Strategy strategy,
        int cycle,
        int images,
        int changed,
        int hits,
        int pixelHits,
        int encoded,
        Truth.Verdict wrong,
        Phases phases) {

    /** The share of images that were not encoded. */
    public double hitRate() {
        return (double) (hits + pixelHits) / images;
    }
}
