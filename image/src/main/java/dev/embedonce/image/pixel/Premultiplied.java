package dev.embedonce.image.pixel;

import dev.embedonce.image.internal.work.Checkpoint;

/** Pillow's conversions between straight and premultiplied alpha; the alpha is the last band. */
// Source: Pillow 13.0.0, src/libImaging/Convert.c, rgbA2rgba, rgba2rgbA, lA2la, la2lA
public final class Premultiplied {
    private static final int SAMPLE_WORK = 3;

    private Premultiplied() {}

    public static byte[] from(byte[] straight, int bands, Checkpoint checkpoint) {
        byte[] result = checkpoint.bytes(straight.length);
        checkpoint.copy(straight, 0, result, 0, result.length);
        for (int from = 0; from < result.length; from += Checkpoint.PIECE) {
            int to = Math.min(result.length, from + Checkpoint.PIECE);
            checkpoint.advance((long) SAMPLE_WORK * (to - from));
            multiply(result, bands, from, to);
        }
        return result;
    }

    private static void multiply(byte[] result, int bands, int from, int to) {
        for (int i = from; i < to; i += bands) {
            int alpha = result[i + bands - 1] & 0xFF;
            for (int band = 0; band < bands - 1; band++) {
                result[i + band] = (byte) multiply(result[i + band] & 0xFF, alpha);
            }
        }
    }

    public static byte[] undo(byte[] premultiplied, int bands, Checkpoint checkpoint) {
        byte[] result = checkpoint.bytes(premultiplied.length);
        checkpoint.copy(premultiplied, 0, result, 0, result.length);
        for (int from = 0; from < result.length; from += Checkpoint.PIECE) {
            int to = Math.min(result.length, from + Checkpoint.PIECE);
            checkpoint.advance((long) SAMPLE_WORK * (to - from));
            divide(result, bands, from, to);
        }
        return result;
    }

    private static void divide(byte[] result, int bands, int from, int to) {
        for (int i = from; i < to; i += bands) {
            int alpha = result[i + bands - 1] & 0xFF;
            if (alpha == 0 || alpha == 255) {
                continue;
            }
            for (int band = 0; band < bands - 1; band++) {
                result[i + band] = (byte) Math.min(255, 255 * (result[i + band] & 0xFF) / alpha);
            }
        }
    }

    /** {@code a * b / 255}, rounded. */
    static int multiply(int a, int b) {
        int product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    }
}
