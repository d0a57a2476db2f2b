package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;

/**
 * Walks the chunks of a PNG: each is a length, a type, a body and a checksum. A type is its four letters as a number.
 */
final class PngChunks {
    static final int IHDR = type("IHDR");
    static final int PLTE = type("PLTE");
    static final int TRNS = type("tRNS");
    static final int IDAT = type("IDAT");
    static final int IEND = type("IEND");
    static final int EXIF = type("eXIf");
    static final int TEXT = type("tEXt");
    static final int COMPRESSED_TEXT = type("zTXt");
    static final int INTERNATIONAL_TEXT = type("iTXt");

    private static final String NAME = "PNG";
    /** The bytes of length, type and checksum. */
    private static final int OVERHEAD = 12;

    private PngChunks() {}

    private static int type(String letters) {
        return letters.charAt(0) << 24 | letters.charAt(1) << 16 | letters.charAt(2) << 8 | letters.charAt(3);
    }

    /** Whether there are the length and type of a chunk at {@code at}. */
    static boolean isHeader(byte[] data, int at) {
        return data.length - at >= 8;
    }

    static int type(byte[] data, int at) {
        return Bytes.i32be(data, at + 4, NAME);
    }

    /** Where the body of the chunk at {@code at} begins. */
    static int body(int at) {
        return at + 8;
    }

    /** The stated length of the body; negative if a chunk cannot have that length. */
    static int length(byte[] data, int at) {
        return Bytes.i32be(data, at, NAME);
    }

    /** Whether the whole chunk is there. */
    static boolean isWhole(byte[] data, int at) {
        int length = length(data, at);
        return length >= 0 && length <= data.length - at - OVERHEAD;
    }

    /** The length of that part of the body which is there. */
    static int availableLength(byte[] data, int at) {
        return isWhole(data, at) ? length(data, at) : Math.max(0, data.length - body(at));
    }

    /** Where the next chunk would be. */
    static int after(byte[] data, int at) {
        return isWhole(data, at) ? at + OVERHEAD + length(data, at) : data.length;
    }

    /**
     * The first chunk of {@code type} at or after the chunk at {@code at}, before the end of the picture; -1 if there
     * is none.
     */
    static int find(byte[] data, int at, int type) {
        for (int chunk = at; isHeader(data, chunk); chunk = after(data, chunk)) {
            int found = type(data, chunk);
            if (found == type) {
                return chunk;
            }
            if (found == IEND) {
                return -1;
            }
        }
        return -1;
    }
}
