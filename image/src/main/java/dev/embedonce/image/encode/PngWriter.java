package dev.embedonce.image.encode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG files of 8-bit samples, whole or chunk by chunk. Stateless. */
// Source: W3C, Portable Network Graphics (PNG) Specification (Third Edition)
public final class PngWriter {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int IHDR_BYTES = 13;
    private static final int IEND_BYTES = 12;

    /** How rows are written down; the pixels are the same. */
    public enum Filter {
        NONE(0),
        SUB(1),
        UP(2);

        private final int code;

        Filter(int code) {
            this.code = code;
        }
    }

    /** What the samples of a pixel are. */
    public enum Colour {
        GREY(0, 1),
        RGB(2, 3),
        RGBA(6, 4);

        private final int code;
        private final int bands;

        Colour(int code, int bands) {
            this.code = code;
            this.bands = bands;
        }
    }

    private PngWriter() {}

    /** A file as most programs write it. */
    public static byte[] encode(int width, int height, Colour colour, byte[] samples) {
        return encode(width, height, colour, samples, Deflater.DEFAULT_COMPRESSION, Filter.UP);
    }

    /**
     * A file.
     *
     * @param samples uint8 {@code [height, width, bands]}
     * @param level of compression, as {@link Deflater} counts it
     * @throws IllegalArgumentException if there are not as many samples as the size says
     */
    public static byte[] encode(int width, int height, Colour colour, byte[] samples, int level, Filter filter) {
        if (samples.length != (long) width * height * colour.bands) {
            throw new IllegalArgumentException(
                    samples.length + " samples for " + width + "x" + height + " pixels, " + colour);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(start(width, height, colour));
        out.writeBytes(chunk("IDAT", deflated(filtered(height, width, colour.bands, samples, filter), level)));
        out.writeBytes(chunk("IEND", new byte[0]));
        return out.toByteArray();
    }

    /** The signature and the chunk that says how large the picture is: how a file begins. */
    public static byte[] start(int width, int height, Colour colour) {
        ByteBuffer header = ByteBuffer.allocate(IHDR_BYTES).putInt(width).putInt(height);
        byte[] ihdr = chunk(
                "IHDR", header.put(new byte[] {8, (byte) colour.code, 0, 0, 0}).array());
        return ByteBuffer.allocate(SIGNATURE.length + ihdr.length)
                .put(SIGNATURE)
                .put(ihdr)
                .array();
    }

    /**
     * One chunk with its length and checksum.
     *
     * @param type four letters
     */
    public static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        return ByteBuffer.allocate(data.length + 12)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    /** The same file with a comment before its end: other bytes, the very same pixels. */
    public static byte[] withComment(byte[] png, String comment) {
        byte[] text = chunk("tEXt", ("Comment\0" + comment).getBytes(StandardCharsets.ISO_8859_1));
        int end = png.length - IEND_BYTES;
        ByteBuffer out = ByteBuffer.allocate(png.length + text.length);
        return out.put(png, 0, end).put(text).put(png, end, IEND_BYTES).array();
    }

    private static byte[] filtered(int height, int width, int bands, byte[] samples, Filter filter) {
        int stride = width * bands;
        byte[] rows = new byte[height * (stride + 1)];
        int out = 0;
        for (int y = 0; y < height; y++) {
            rows[out++] = (byte) filter.code;
            for (int x = 0; x < stride; x++) {
                int at = y * stride + x;
                int predicted = switch (filter) {
                    case NONE -> 0;
                    case SUB -> x < bands ? 0 : samples[at - bands];
                    case UP -> y == 0 ? 0 : samples[at - stride];
                };
                rows[out++] = (byte) (samples[at] - predicted);
            }
        }
        return rows;
    }

    private static byte[] deflated(byte[] data, int level) {
        Deflater deflater = new Deflater(level);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, deflater)) {
            out.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        } finally {
            deflater.end();
        }
        return bytes.toByteArray();
    }
}
