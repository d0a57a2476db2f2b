package dev.embedonce.image.resize;

import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.pixel.Region;

/** Pixel-interleaved samples read and written as planar rows. */
public final class Interleaved {
    private Interleaved() {}

    /** The rows of {@code samples}, which are those of the rectangle {@code have}. */
    public static PlanarRows rows(byte[] samples, Region have, int bands) {
        return (y, out) -> {
            int width = have.width();
            int start = (y - have.y()) * width * bands;
            for (int band = 0; band < bands; band++) {
                int[] row = out[band];
                int from = start + band;
                for (int x = 0; x < width; x++) {
                    row[x] = samples[from + x * bands] & 0xFF;
                }
            }
        };
    }

    /** Writes rows of {@code width} pixels into {@code target}. */
    public static Resampler.Sink into(byte[] target, int width, int bands) {
        return (row, samples) -> {
            int start = row * width * bands;
            for (int band = 0; band < bands; band++) {
                int[] from = samples[band];
                int to = start + band;
                for (int x = 0; x < width; x++) {
                    target[to + x * bands] = (byte) from[x];
                }
            }
        };
    }
}
