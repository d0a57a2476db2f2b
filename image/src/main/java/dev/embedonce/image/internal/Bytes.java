package dev.embedonce.image.internal;

import dev.embedonce.image.pixel.ImageException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bounds-checked reading of numbers from encoded pictures. */
public final class Bytes {
    private Bytes() {}

    public static int u8(byte[] data, int at, String format) {
        require(data, at, 1, format);
        return data[at] & 0xFF;
    }

    public static int u16be(byte[] data, int at, String format) {
        require(data, at, 2, format);
        return (data[at] & 0xFF) << 8 | (data[at + 1] & 0xFF);
    }

    public static int u16le(byte[] data, int at, String format) {
        require(data, at, 2, format);
        return (data[at + 1] & 0xFF) << 8 | (data[at] & 0xFF);
    }

    public static int i32be(byte[] data, int at, String format) {
        return u16be(data, at, format) << 16 | u16be(data, at + 2, format);
    }

    public static int i32le(byte[] data, int at, String format) {
        return u16le(data, at + 2, format) << 16 | u16le(data, at, format);
    }

    /** Throws unless there are {@code length} bytes at {@code at}. */
    public static void require(byte[] data, int at, int length, String format) {
        if (at < 0 || length < 0 || length > data.length - at) {
            throw truncated(format);
        }
    }

    public static ImageException truncated(String format) {
        return new ImageException("truncated " + format);
    }

    /** A part of {@code data}, checked. */
    public static byte[] slice(byte[] data, int at, int length, String format) {
        require(data, at, length, format);
        return Arrays.copyOfRange(data, at, at + length);
    }

    /** Whether {@code text}, one byte a character, stands at {@code at}. */
    public static boolean startsWith(byte[] data, int at, String text) {
        byte[] expected = text.getBytes(StandardCharsets.ISO_8859_1);
        return at >= 0
                && data.length - at >= expected.length
                && Arrays.equals(data, at, at + expected.length, expected, 0, expected.length);
    }
}
