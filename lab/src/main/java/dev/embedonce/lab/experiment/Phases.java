package dev.embedonce.lab.experiment;

import dev.embedonce.feature.CacheStats;

/**
 * Where the time of one pass went, in seconds. The phases follow one another on one thread, so they add up to nearly
 * the wall time; only the encoder divides a batch among the cores.
 *
 * @param hash hashing the bytes (a pHash must decode first, which counts here)
 * @param lookup asking the store and checking what it returned
 * @param prepare decoding and preprocessing
 * @param encode the encoder
 * @param store writing
 * @param wall from the call to the last answer
 * @param processor time of all threads of this process meanwhile
 */
public record Phases(
        double hash, double lookup, double prepare, double encode, double store, double wall, double processor) {
    private static final double NANOS = 1e9;

    /** Hashing and looking up: what the cache itself costs on a hit. */
    public double hashAndLookup() {
        return hash + lookup;
    }

    static Phases between(CacheStats before, CacheStats after, Stopwatch watch) {
        return new Phases(
                (after.hashNanos() - before.hashNanos()) / NANOS,
                (after.lookupNanos() - before.lookupNanos()) / NANOS,
                (after.prepareNanos() - before.prepareNanos()) / NANOS,
                (after.encodeNanos() - before.encodeNanos()) / NANOS,
                (after.storeNanos() - before.storeNanos()) / NANOS,
                watch.wallSeconds(),
                watch.processorSeconds());
    }

    static Phases uncached(LabEncoder.Encoded encoded, Stopwatch watch) {
        return new Phases(
                0,
                0,
                encoded.prepareNanos() / NANOS,
                encoded.encodeNanos() / NANOS,
                0,
                watch.wallSeconds(),
                watch.processorSeconds());
    }
}
