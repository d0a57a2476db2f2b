package dev.embedonce.image.internal.jpeg;

import dev.embedonce.image.Region;
import java.util.List;

/** Turns component planes into interleaved grey, RGB or CMYK samples. */
// Source: libjpeg-turbo 3.1, jdcolor.c and jdapimin.c (default_decompress_parms); CMYK inverted as Pillow's
// JpegImagePlugin does
final class ColourConverter {
    private static final int[] CR_TO_RED = table(91881, 32768, 16);
    private static final int[] CB_TO_BLUE = table(116130, 32768, 16);
    private static final int[] CR_TO_GREEN = table(-46802, 0, 0);
    private static final int[] CB_TO_GREEN = table(-22554, 32768, 0);

    private final JpegHeader header;

    ColourConverter(JpegHeader header) {
        this.header = header;
    }

    private static int[] table(int factor, int half, int shift) {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            table[i] = (factor * (i - 128) + half) >> shift;
        }
        return table;
    }

    /** Converts {@code region} into {@code target}; three bands for a grey picture repeat the grey. */
    void convert(Region region, int bands, byte[] target) {
        List<JpegComponent> components = header.components;
        int count = components.size();
        Upsampler[] upsamplers = new Upsampler[count];
        int[][] rows = new int[count][region.width()];
        for (int i = 0; i < count; i++) {
            upsamplers[i] = new Upsampler(header, components.get(i), region.x(), region.x() + region.width());
        }
        boolean luminance = isLuminanceChrominance();
        for (int y = 0; y < region.height(); y++) {
            for (int i = 0; i < count; i++) {
                upsamplers[i].row(region.y() + y, rows[i]);
            }
            int at = y * region.width() * bands;
            if (count == 1) {
                grey(rows[0], bands, target, at);
            } else if (count == 3) {
                if (luminance) {
                    toRgb(rows[0], rows[1], rows[2], target, at);
                } else {
                    plain(rows, 3, target, at);
                }
            } else if (luminance) {
                toInverseCmyk(rows, target, at);
            } else {
                plain(rows, 4, target, at);
                if (header.inverted) {
                    invert(target, at, region.width() * 4);
                }
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

    private static void grey(int[] row, int bands, byte[] target, int at) {
        int i = at;
        for (int value : row) {
            for (int band = 0; band < bands; band++) {
                target[i++] = (byte) value;
            }
        }
    }

    private static void plain(int[][] rows, int bands, byte[] target, int at) {
        for (int band = 0; band < bands; band++) {
            int[] row = rows[band];
            for (int x = 0; x < row.length; x++) {
                target[at + x * bands + band] = (byte) row[x];
            }
        }
    }

    private static void toRgb(int[] luma, int[] blue, int[] red, byte[] target, int at) {
        int i = at;
        for (int x = 0; x < luma.length; x++) {
            int y = luma[x];
            int cb = blue[x];
            int cr = red[x];
            target[i] = clamp(y + CR_TO_RED[cr]);
            target[i + 1] = clamp(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> 16));
            target[i + 2] = clamp(y + CB_TO_BLUE[cb]);
            i += 3;
        }
    }

    /** YCCK to CMYK, then inverted: the two inversions of the first three inks cancel out. */
    private static void toInverseCmyk(int[][] rows, byte[] target, int at) {
        int i = at;
        for (int x = 0; x < rows[0].length; x++) {
            int y = rows[0][x];
            int cb = rows[1][x];
            int cr = rows[2][x];
            target[i] = clamp(y + CR_TO_RED[cr]);
            target[i + 1] = clamp(y + ((CB_TO_GREEN[cb] + CR_TO_GREEN[cr]) >> 16));
            target[i + 2] = clamp(y + CB_TO_BLUE[cb]);
            target[i + 3] = (byte) (255 - rows[3][x]);
            i += 4;
        }
    }

    private static void invert(byte[] target, int at, int length) {
        for (int i = at; i < at + length; i++) {
            target[i] = (byte) ~target[i];
        }
    }

    private static byte clamp(int value) {
        return (byte) Math.max(0, Math.min(255, value));
    }
}
