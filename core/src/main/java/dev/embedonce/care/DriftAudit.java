package dev.embedonce.care;

import dev.embedonce.value.Embedding;
import java.nio.FloatBuffer;

/**
 * How far vectors that were encoded anew are from the kept ones. Runtimes promise no bitwise stability across machines,
 * versions or batch sizes, so an audit has a tolerance; what it looks for is a vector of another picture or another
 * model. Not thread-safe.
 */
public final class DriftAudit {
    private final double tolerance;
    private long compared;
    private long bitEqual;
    private long drifted;
    private double worst;

    /**
     * An audit.
     *
     * @param tolerance the largest cosine distance (1 - cosine, 0 to 2) that is no drift
     */
    public DriftAudit(double tolerance) {
        if (!(tolerance >= 0 && tolerance <= 2)) {
            throw new IllegalArgumentException("a cosine distance lies between 0 and 2; found " + tolerance);
        }
        this.tolerance = tolerance;
    }

    /**
     * Compares one pair.
     *
     * @return whether it is within the tolerance
     */
    public boolean compare(Embedding kept, Embedding anew) {
        compared++;
        if (kept.equals(anew)) {
            bitEqual++;
            return true;
        }
        double distance = cosineDistance(kept, anew);
        worst = Math.max(worst, distance);
        boolean within = distance <= tolerance;
        if (!within) {
            drifted++;
        }
        return within;
    }

    /**
     * 1 - cosine, 0 to 2; 2 for vectors of different length, and for zero or non-finite ones that are not bit-equal.
     */
    public static double cosineDistance(Embedding a, Embedding b) {
        if (a.dimension() != b.dimension()) {
            return 2;
        }
        FloatBuffer x = a.values();
        FloatBuffer y = b.values();
        double dot = 0;
        double xx = 0;
        double yy = 0;
        while (x.hasRemaining()) {
            double p = x.get();
            double q = y.get();
            dot += p * q;
            xx += p * p;
            yy += q * q;
        }
        double cosine = dot / Math.sqrt(xx * yy);
        return Double.isFinite(cosine) ? Math.max(0, Math.min(2, 1 - cosine)) : 2;
    }

    public long compared() {
        return compared;
    }

    public long bitEqual() {
        return bitEqual;
    }

    /** Pairs outside the tolerance. */
    public long drifted() {
        return drifted;
    }

    /** The largest cosine distance seen. */
    public double worst() {
        return worst;
    }
}
