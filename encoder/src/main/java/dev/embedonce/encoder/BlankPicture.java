package dev.embedonce.encoder;

import dev.embedonce.image.encode.PngWriter;
import java.util.Arrays;
import java.util.zip.Deflater;

/** A plain picture, for trying out a model. */
final class BlankPicture {
    private BlankPicture() {}

    /** A PNG file, 8-bit grey, all samples {@code grey}. */
    static byte[] png(int width, int height, int grey) {
        byte[] samples = new byte[width * height];
        Arrays.fill(samples, (byte) grey);
        return PngWriter.encode(
                width, height, PngWriter.Colour.GREY, samples, Deflater.DEFAULT_COMPRESSION, PngWriter.Filter.NONE);
    }
}
