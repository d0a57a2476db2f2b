package dev.embedonce.image.internal;

/** Rows of samples, one array for each band, made on request. Rows are requested in rising order. Not thread-safe. */
@FunctionalInterface
public interface PlanarRows {
    /**
     * Makes one row.
     *
     * @param y row of the picture
     * @param out one array for each band, to be filled with samples 0 to 255
     */
    void read(int y, int[][] out);
}
