package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.pixel.Region;
import java.util.List;

/**
 * Turns component planes into rows of grey, RGB or CMYK samples. The loops are written so that the compiler vectorises
 * them.
 */
// Source: libjpeg-turbo 3.1, jdcolor.c and jdapimin.c (default_decompress_parms); CMYK inverted as Pillow's
// JpegImagePlugin does
final class ColourConverter implements PlanarRows {
    private static final int HALF = 1 << 15;
    private static final int CR_TO_RED = 91881;
    private static final int CB_TO_BLUE = 116130;
    private static final int CR_TO_GREEN = -46802;
    private static final int CB_TO_GREEN = -22554;

    private final JpegHeader header;
    private final int width;
    private final int bands;
    private final Upsampler[] upsamplers;
    private final int[][] rows;
    private final boolean luminance;

    /** For the columns of {@code region}; three bands of a grey picture repeat the grey. */
    ColourConverter(JpegHeader header, Region region, int bands) {
        this.header = header;
        this.width = region.width();
        this.bands = bands;
        int count = header.components.size();
        this.upsamplers = new Upsampler[count];
        this.rows = new int[count][width];
        for (int i = 0; i < count; i++) {
            upsamplers[i] = new Upsampler(header, header.components.get(i), region.x(), region.x() + width);
        }
        this.luminance = isLuminanceChrominance();
    }

    @Override
    public void read(int y, int[][] out) {
        for (int i = 0; i < rows.length; i++) {
            upsamplers[i].row(y, rows[i]);
        }
        if (rows.length == 1) {
            for (int band = 0; band < bands; band++) {
                System.arraycopy(rows[0], 0, out[band], 0, width);
            }
            return;
        }
        if (luminance) {
            red(rows[0], rows[2], out[0]);
            green(rows[0], rows[1], rows[2], out[1]);
            blue(rows[0], rows[1], out[2]);
        } else {
            for (int band = 0; band < 3; band++) {
                System.arraycopy(rows[band], 0, out[band], 0, width);
            }
        }
        if (rows.length == 4) {
            inks(out);
        }
    }

    private static void red(int[] luma, int[] cr, int[] out) {
        for (int x = 0; x < luma.length; x++) {
            int value = luma[x] + ((CR_TO_RED * cr[x] + (HALF - 128 * CR_TO_RED)) >> 16);
            out[x] = clamp(value);
        }
    }

    private static void green(int[] luma, int[] cb, int[] cr, int[] out) {
        int offset = HALF - 128 * (CB_TO_GREEN + CR_TO_GREEN);
        for (int x = 0; x < luma.length; x++) {
            int value = luma[x] + ((CB_TO_GREEN * cb[x] + CR_TO_GREEN * cr[x] + offset) >> 16);
            out[x] = clamp(value);
        }
    }

    private static void blue(int[] luma, int[] cb, int[] out) {
        for (int x = 0; x < luma.length; x++) {
            int value = luma[x] + ((CB_TO_BLUE * cb[x] + (HALF - 128 * CB_TO_BLUE)) >> 16);
            out[x] = clamp(value);
        }
    }

    /** Without comparisons, which the compiler would not vectorise. */
    private static int clamp(int value) {
        int positive = value & ~(value >> 31);
        return (positive | ((255 - positive) >> 31)) & 0xFF;
    }

    /** YCCK converts to the complement of its inks as RGB, and inks are stored inverted; one inversion remains. */
    private void inks(int[][] out) {
        System.arraycopy(rows[3], 0, out[3], 0, width);
        for (int band = 0; band < 4; band++) {
            boolean invert = (band == 3 || !luminance) == header.inverted;
            for (int x = 0; invert && x < width; x++) {
                out[band][x] = 255 - out[band][x];
            }
        }
    }

    /** Whether the first three components are YCbCr rather than RGB or CMY. */
    private boolean isLuminanceChrominance() {
        List<JpegComponent> components = header.components;
        if (components.size() == 4) {
            return header.adobeTransform == 2;
        }
        if (header.jfif) {
            return true;
        }
        if (header.adobeTransform >= 0) {
            return header.adobeTransform != 0;
        }
        return !(components.size() == 3
                && components.get(0).id == 'R'
                && components.get(1).id == 'G'
                && components.get(2).id == 'B');
    }
}
