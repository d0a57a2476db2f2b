package dev.embedonce.lab.experiment;

/**
 * One pass over unchanged images.
 *
 * @param store the kind of store; {@code -} without a cache
 * @param pass {@code none} (no cache), {@code cold} (an empty one) or {@code warm} (a full one)
 * @param images in the pass
 * @param hits answered from the store
 * @param encoded by running the encoder
 * @param lookupP50Micros the median time of a single look-up, including reading and checking; 0 if there was none
 * @param wrong against the truth
 */
public record PassRow(
        String store,
        String pass,
        int images,
        int hits,
        int encoded,
        double lookupP50Micros,
        Truth.Verdict wrong,
        Phases phases) {

    public double imagesPerSecond() {
        return images / phases.wall();
    }
}
