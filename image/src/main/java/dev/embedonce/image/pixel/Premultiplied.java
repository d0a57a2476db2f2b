package dev.embedonce.image.pixel;

/** Pillow's conversions between straight and premultiplied alpha; the alpha is the last band. */
// Source: Pillow 13.0.0, src/libImaging/Convert.c, rgbA2rgba, rgba2rgbA, lA2la, la2lA
public final class Premultiplied {
    private Premultiplied() {}

    public static byte[] from(byte[] straight, int bands) {
        byte[] result = straight.clone();
        for (int i = 0; i < result.length; i += bands) {
            int alpha = result[i + bands - 1] & 0xFF;
            for (int band = 0; band < bands - 1; band++) {
                result[i + band] = (byte) multiply(result[i + band] & 0xFF, alpha);
            }
        }
        return result;
    }

    public static byte[] undo(byte[] premultiplied, int bands) {
        byte[] result = premultiplied.clone();
        for (int i = 0; i < result.length; i += bands) {
            int alpha = result[i + bands - 1] & 0xFF;
            if (alpha == 0 || alpha == 255) {
                continue;
            }
            for (int band = 0; band < bands - 1; band++) {
                result[i + band] = (byte) Math.min(255, 255 * (result[i + band] & 0xFF) / alpha);
            }
        }
        return result;
    }

    /** {@code a * b / 255}, rounded. */
    static int multiply(int a, int b) {
        int product = a * b + 128;
        return ((product >> 8) + product) >> 8;
    }
}
