package dev.embedonce.image.pixel;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.key.Revisions;
import java.util.Objects;

/** Pillow's conversions to RGB and L, and the blending over white of transformers 5. */
// Source: Pillow 13.0.0, src/libImaging/Convert.c and AlphaComposite.c; transformers 5.23,
// image_transforms.convert_to_rgb
public final class Conversions {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    /** About what a pixel costs in one pass. */
    private static final int PIXEL_WORK = 6;

    private Conversions() {}

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("conversions", REVISION);
    }

    static byte[] rgb(PixelImage image, Checkpoint checkpoint) {
        int pixels = pixels(image);
        byte[] out = checkpoint.bytes(3L * pixels);
        inPieces(pixels, checkpoint, (from, to) -> rgb(image, out, from, to));
        return out;
    }

    /** Works on a range of pixels: from one index, inclusive, to another, exclusive. */
    @FunctionalInterface
    private interface Piece {
        void run(int from, int to);
    }

    private static void inPieces(int pixels, Checkpoint checkpoint, Piece piece) {
        for (int from = 0; from < pixels; from += Checkpoint.PIECE) {
            int to = Math.min(pixels, from + Checkpoint.PIECE);
            checkpoint.advance((long) PIXEL_WORK * (to - from));
            piece.run(from, to);
        }
    }

    private static void rgb(PixelImage image, byte[] out, int from, int to) {
        byte[] in = image.raw();
        switch (image.mode()) {
            case RGB -> System.arraycopy(in, 3 * from, out, 3 * from, 3 * (to - from));
            case RGBA -> copyColours(in, out, from, to);
            case BILEVEL, GREY -> spread(in, 1, out, from, to);
            case GREY_ALPHA -> spread(in, 2, out, from, to);
            case GREY16 -> spreadClipped(in, out, from, to);
            case PALETTE -> colours(image, in, out, from, to);
            case CMYK -> inks(in, out, from, to);
        }
    }

    static byte[] grey(PixelImage image, Checkpoint checkpoint) {
        int pixels = pixels(image);
        byte[] in = image.raw();
        byte[] out = checkpoint.bytes(pixels);
        switch (image.mode()) {
            case BILEVEL, GREY -> checkpoint.copy(in, 0, out, 0, pixels);
            case GREY16 ->
                inPieces(pixels, checkpoint, (from, to) -> {
                    for (int i = from; i < to; i++) {
                        out[i] = clipped(in, i);
                    }
                });
            case GREY_ALPHA ->
                inPieces(pixels, checkpoint, (from, to) -> {
                    for (int i = from; i < to; i++) {
                        out[i] = in[2 * i];
                    }
                });
            default -> {
                byte[] rgb = rgb(image, checkpoint);
                inPieces(pixels, checkpoint, (from, to) -> luminance(rgb, out, from, to));
            }
        }
        return out;
    }

    private static void luminance(byte[] rgb, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            int red = rgb[3 * i] & 0xFF;
            int green = rgb[3 * i + 1] & 0xFF;
            int blue = rgb[3 * i + 2] & 0xFF;
            out[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
        }
    }

    static byte[] overWhite(PixelImage image, Checkpoint checkpoint) {
        byte[] out = rgb(image, checkpoint);
        inPieces(pixels(image), checkpoint, (from, to) -> overWhite(image, out, from, to));
        return out;
    }

    private static void overWhite(PixelImage image, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            int alpha = alpha(image, out, i);
            for (int band = 0; band < 3; band++) {
                out[3 * i + band] = (byte) overWhite(out[3 * i + band] & 0xFF, alpha);
            }
        }
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

    private static void copyColours(byte[] rgba, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            out[3 * i] = rgba[4 * i];
            out[3 * i + 1] = rgba[4 * i + 1];
            out[3 * i + 2] = rgba[4 * i + 2];
        }
    }

    private static void spread(byte[] in, int step, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            byte grey = in[i * step];
            out[3 * i] = grey;
            out[3 * i + 1] = grey;
            out[3 * i + 2] = grey;
        }
    }

    private static void spreadClipped(byte[] in, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            byte grey = clipped(in, i);
            out[3 * i] = grey;
            out[3 * i + 1] = grey;
            out[3 * i + 2] = grey;
        }
    }

    /** 16-bit grey as Pillow makes it 8-bit: clipped at 255, not scaled. */
    private static byte clipped(byte[] in, int pixel) {
        return in[2 * pixel + 1] != 0 ? (byte) 255 : in[2 * pixel];
    }

    private static void colours(PixelImage image, byte[] in, byte[] out, int from, int to) {
        Palette palette = Objects.requireNonNull(image.palette());
        for (int i = from; i < to; i++) {
            for (int band = 0; band < 3; band++) {
                out[3 * i + band] = (byte) palette.colour(in[i] & 0xFF, band);
            }
        }
    }

    private static void inks(byte[] in, byte[] out, int from, int to) {
        for (int i = from; i < to; i++) {
            int light = 255 - (in[4 * i + 3] & 0xFF);
            for (int band = 0; band < 3; band++) {
                int ink = in[4 * i + band] & 0xFF;
                out[3 * i + band] = (byte) Math.max(0, light - Premultiplied.multiply(ink, light));
            }
        }
    }
}
