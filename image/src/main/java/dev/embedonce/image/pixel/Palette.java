package dev.embedonce.image.pixel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Up to 256 colours and, if the file has them, their alphas. Entries that the file lacks are black and opaque, as in
 * Pillow.
 */
public final class Palette {
    private final byte[] rgb = new byte[3 * 256];
    private final byte[] alpha = new byte[256];
    private final boolean transparent;

    /**
     * A palette.
     *
     * @param colours red, green, blue of each entry; what follows the 256th is ignored
     * @param alphas alpha of the first entries, or null if the file has no transparency
     */
    public Palette(byte[] colours, byte @Nullable [] alphas) {
        int whole = Math.min(colours.length, rgb.length) / 3 * 3;
        System.arraycopy(colours, 0, rgb, 0, whole);
        Arrays.fill(alpha, (byte) 255);
        if (alphas != null) {
            System.arraycopy(alphas, 0, alpha, 0, Math.min(256, alphas.length));
        }
        this.transparent = alphas != null;
    }

    /** Whether the file names any transparency, even if every entry is opaque. */
    public boolean hasTransparency() {
        return transparent;
    }

    /** A sample of entry {@code index}: band 0 red, 1 green, 2 blue. */
    public int colour(int index, int band) {
        return rgb[3 * index + band] & 0xFF;
    }

    /** The alpha of entry {@code index}, 0 to 255. */
    public int alpha(int index) {
        return alpha[index] & 0xFF;
    }
}
