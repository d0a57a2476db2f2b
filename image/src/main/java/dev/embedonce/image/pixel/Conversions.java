package dev.embedonce.image.pixel;

import dev.embedonce.key.Revisions;
import java.util.Objects;

/** Pillow's conversions to RGB and L, and the laying over white of transformers 5. */
// Source: Pillow 13.0.0, src/libImaging/Convert.c and AlphaComposite.c; transformers 5.23,
// image_transforms.convert_to_rgb
public final class Conversions {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    private Conversions() {}

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("conversions", REVISION);
    }

    static byte[] rgb(PixelImage image) {
        byte[] in = image.raw();
        int pixels = pixels(image);
        byte[] out = new byte[Math.multiplyExact(pixels, 3)];
        switch (image.mode()) {
            case RGB -> System.arraycopy(in, 0, out, 0, out.length);
            case RGBA -> copyColours(in, out, pixels);
            case BILEVEL, GREY -> spread(in, 1, out, pixels);
            case GREY_ALPHA -> spread(in, 2, out, pixels);
            case GREY16 -> spread(clipped(in, pixels), 1, out, pixels);
            case PALETTE -> colours(image, in, out, pixels);
            case CMYK -> inks(in, out, pixels);
        }
        return out;
    }

    static byte[] grey(PixelImage image) {
        int pixels = pixels(image);
        byte[] in = image.raw();
        switch (image.mode()) {
            case BILEVEL, GREY -> {
                return in.clone();
            }
            case GREY16 -> {
                return clipped(in, pixels);
            }
            case GREY_ALPHA -> {
                byte[] out = new byte[pixels];
                for (int i = 0; i < pixels; i++) {
                    out[i] = in[2 * i];
                }
                return out;
            }
            default -> {
                return luminance(rgb(image), pixels);
            }
        }
    }

    private static byte[] luminance(byte[] rgb, int pixels) {
        byte[] out = new byte[pixels];
        for (int i = 0; i < pixels; i++) {
            int red = rgb[3 * i] & 0xFF;
            int green = rgb[3 * i + 1] & 0xFF;
            int blue = rgb[3 * i + 2] & 0xFF;
            out[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
        }
        return out;
    }

    static byte[] overWhite(PixelImage image) {
        byte[] out = rgb(image);
        int pixels = pixels(image);
        for (int i = 0; i < pixels; i++) {
            int alpha = alpha(image, out, i);
            for (int band = 0; band < 3; band++) {
                out[3 * i + band] = (byte) overWhite(out[3 * i + band] & 0xFF, alpha);
            }
        }
        return out;
    }

    private static int overWhite(int value, int alpha) {
        if (alpha == 0) {
            return 255;
        }
        int sum = (value * alpha + 255 * (255 - alpha) + 0x80) << 7;
        return (((sum >> 8) + sum) >> 8) >> 7;
    }

    private static int alpha(PixelImage image, byte[] rgb, int pixel) {
        return switch (image.mode()) {
            case RGBA -> image.raw()[4 * pixel + 3] & 0xFF;
            case GREY_ALPHA -> image.raw()[2 * pixel + 1] & 0xFF;
            case PALETTE -> Objects.requireNonNull(image.palette()).alpha(image.raw()[pixel] & 0xFF);
            default -> {
                int[] key = image.colourKey();
                boolean same = key != null
                        && (rgb[3 * pixel] & 0xFF) == key[0]
                        && (rgb[3 * pixel + 1] & 0xFF) == key[1]
                        && (rgb[3 * pixel + 2] & 0xFF) == key[2];
                yield same ? 0 : 255;
            }
        };
    }

    private static int pixels(PixelImage image) {
        return Math.multiplyExact(image.width(), image.height());
    }

    private static void copyColours(byte[] rgba, byte[] out, int pixels) {
        for (int i = 0; i < pixels; i++) {
            out[3 * i] = rgba[4 * i];
            out[3 * i + 1] = rgba[4 * i + 1];
            out[3 * i + 2] = rgba[4 * i + 2];
        }
    }

    private static void spread(byte[] in, int step, byte[] out, int pixels) {
        for (int i = 0; i < pixels; i++) {
            byte grey = in[i * step];
            out[3 * i] = grey;
            out[3 * i + 1] = grey;
            out[3 * i + 2] = grey;
        }
    }

    /** 16-bit grey as Pillow makes it 8-bit: clipped at 255, not scaled. */
    private static byte[] clipped(byte[] in, int pixels) {
        byte[] out = new byte[pixels];
        for (int i = 0; i < pixels; i++) {
            out[i] = in[2 * i + 1] != 0 ? (byte) 255 : in[2 * i];
        }
        return out;
    }

    private static void colours(PixelImage image, byte[] in, byte[] out, int pixels) {
        Palette palette = Objects.requireNonNull(image.palette());
        for (int i = 0; i < pixels; i++) {
            for (int band = 0; band < 3; band++) {
                out[3 * i + band] = (byte) palette.colour(in[i] & 0xFF, band);
            }
        }
    }

    private static void inks(byte[] in, byte[] out, int pixels) {
        for (int i = 0; i < pixels; i++) {
            int light = 255 - (in[4 * i + 3] & 0xFF);
            for (int band = 0; band < 3; band++) {
                int ink = in[4 * i + band] & 0xFF;
                out[3 * i + band] = (byte) Math.max(0, light - Premultiplied.multiply(ink, light));
            }
        }
    }
}
