package dev.embedonce.cli.pictures;

/** The cosine of the angle between two vectors, in double precision. */
public final class Cosine {
    private Cosine() {}

    /**
     * The cosine, -1 to 1; NaN if a vector has no direction (all zero, or not finite).
     *
     * @throws IllegalArgumentException if the lengths differ
     */
    public static double of(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(
                    "vectors of " + a.length + " and " + b.length + " numbers cannot be compared");
        }
        return of(dot(a, b), dot(a, a), dot(b, b));
    }

    /** The cosine from the inner products of the vectors with each other and with themselves. */
    public static double of(double product, double squareA, double squareB) {
        double cosine = product / (Math.sqrt(squareA) * Math.sqrt(squareB));
        return Double.isFinite(cosine) ? Math.max(-1, Math.min(1, cosine)) : Double.NaN;
    }

    /** The inner product, in four independent sums, so that additions need not wait for each other. */
    public static double dot(float[] a, float[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            s0 += (double) a[i] * b[i];
            s1 += (double) a[i + 1] * b[i + 1];
            s2 += (double) a[i + 2] * b[i + 2];
            s3 += (double) a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += (double) a[i] * b[i];
        }
        return s0 + s1 + (s2 + s3);
    }
}
