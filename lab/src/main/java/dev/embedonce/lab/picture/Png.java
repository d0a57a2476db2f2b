package dev.embedonce.lab.picture;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Writes PNG files in which everything that does not change a pixel can be chosen, as this lab needs. */
public final class Png {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int BANDS = 3;

    /** The row filters; the pixels are the same with each. */
    public enum Filter {
        NONE(0),
        SUB(1),
        UP(2);

        private final int code;

        Filter(int code) {
            this.code = code;
        }
    }

    private Png() {}

    /** A PNG of 8-bit RGB as most programs write it. */
    public static byte[] encode(RgbPicture picture) {
        return encode(picture, Deflater.DEFAULT_COMPRESSION, Filter.UP);
    }

    /**
     * A PNG of 8-bit RGB.
     *
     * @param level of compression, as {@link Deflater} counts it
     */
    public static byte[] encode(RgbPicture picture, int level, Filter filter) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(SIGNATURE);
        ByteBuffer header = ByteBuffer.allocate(13);
        header.putInt(picture.width()).putInt(picture.height()).put(new byte[] {8, 2, 0, 0, 0});
        bytes.writeBytes(chunk("IHDR", header.array()));
        bytes.writeBytes(chunk("IDAT", deflate(filtered(picture, filter), level)));
        bytes.writeBytes(chunk("IEND", new byte[0]));
        return bytes.toByteArray();
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

    /** The same PNG with a comment before its end: other bytes, the very same pixels. */
    public static byte[] withComment(byte[] png, String comment) {
        byte[] text = chunk("tEXt", ("Comment\0" + comment).getBytes(StandardCharsets.ISO_8859_1));
        int end = png.length - 12;
        ByteBuffer out = ByteBuffer.allocate(png.length + text.length);
        return out.put(png, 0, end).put(text).put(png, end, 12).array();
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
        return withComment(png, ".".repeat(room));
    }

    private static byte[] filtered(RgbPicture picture, Filter filter) {
        int stride = picture.width() * BANDS;
        byte[] samples = picture.samples();
        byte[] rows = new byte[picture.height() * (stride + 1)];
        int out = 0;
        for (int y = 0; y < picture.height(); y++) {
            rows[out++] = (byte) filter.code;
            for (int x = 0; x < stride; x++) {
                int at = y * stride + x;
                int predicted = switch (filter) {
                    case NONE -> 0;
                    case SUB -> x < BANDS ? 0 : samples[at - BANDS];
                    case UP -> y == 0 ? 0 : samples[at - stride];
                };
                rows[out++] = (byte) (samples[at] - predicted);
            }
        }
        return rows;
    }

    private static byte[] deflate(byte[] data, int level) {
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

    private static byte[] chunk(String type, byte[] data) {
        CRC32 crc = new CRC32();
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        crc.update(name);
        crc.update(data);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(data.length);
            out.write(name);
            out.write(data);
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }
}
