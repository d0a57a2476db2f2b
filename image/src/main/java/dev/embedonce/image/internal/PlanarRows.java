package dev.embedonce.image.internal;

/** Rows of samples, band after band, made when asked for. Rows are asked for in rising order. Not thread-safe. */
@FunctionalInterface
public interface PlanarRows {
    /**
     * Makes one row.
     *
     * @param y row of the picture
     * @param out samples 0 to 255: all columns of the first band, then of the next
     */
    void read(int y, int[] out);
}
