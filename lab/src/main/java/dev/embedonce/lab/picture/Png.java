package dev.embedonce.lab.picture;

import dev.embedonce.image.encode.PngWriter;
import dev.embedonce.image.encode.PngWriter.Colour;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** PNG files in which what does not change a pixel can be chosen: that is what this lab needs of them. */
public final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private Png() {}

    /** A PNG of 8-bit RGB as most programs write it. */
    public static byte[] encode(RgbPicture picture) {
        return PngWriter.encode(picture.width(), picture.height(), Colour.RGB, picture.samples());
    }

    /**
     * A PNG of 8-bit RGB.
     *
     * @param level of compression, as {@link java.util.zip.Deflater} counts it
     */
    public static byte[] encode(RgbPicture picture, int level, PngWriter.Filter filter) {
        return PngWriter.encode(picture.width(), picture.height(), Colour.RGB, picture.samples(), level, filter);
    }

    /** Whether these bytes begin as a PNG does. */
    public static boolean isPng(byte[] encoded) {
        return encoded.length > SIGNATURE.length
                && Arrays.equals(encoded, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    /** Whether a PNG holds 8-bit RGB without a transparent colour: what {@link #encode} writes too. */
    public static boolean isPlainRgb(byte[] png) {
        return png[24] == 8 && png[25] == 2 && !new String(png, StandardCharsets.ISO_8859_1).contains("tRNS");
    }

    /**
     * The same PNG, made {@code length} bytes long by a comment.
     *
     * @throws IllegalArgumentException if there is no room for one
     */
    public static byte[] padded(byte[] png, int length) {
        int room = length - png.length - 12 - "Comment\0".length();
        if (room < 0) {
            throw new IllegalArgumentException("a PNG of " + png.length + " bytes cannot be padded to " + length);
        }
        return PngWriter.withComment(png, ".".repeat(room));
    }
}
