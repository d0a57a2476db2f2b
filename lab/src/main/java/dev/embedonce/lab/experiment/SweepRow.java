package dev.embedonce.lab.experiment;

/**
 * Throughput at one batch size.
 *
 * @param batch images that are asked for and encoded at once
 * @param hitsWanted the share of images that the cache knows: 0 without a cache
 * @param hits answered from the cache
 */
public record SweepRow(int batch, double hitsWanted, int images, int hits, Phases phases) {
    public double imagesPerSecond() {
        return images / phases.wall();
    }
}
