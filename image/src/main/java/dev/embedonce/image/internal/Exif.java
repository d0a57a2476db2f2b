package dev.embedonce.image.internal;

import dev.embedonce.image.internal.work.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the orientation in EXIF and XMP blocks. Broken blocks count as absent. */
// Source: Pillow 13.0.0, Image.getexif
public final class Exif {
    /** What {@link #orientation} and {@link #xmpOrientation} say when they find none. */
    public static final int NONE = 0;

    private static final int ORIENTATION_TAG = 0x0112;
    private static final int TYPE_SHORT = 3;
    private static final int TYPE_LONG = 4;
    private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

    private Exif() {}

    /** Bytes as characters, without a copy; reading one is a unit of work or two. */
    private static final class Latin1 implements CharSequence {
        private final byte[] data;
        private final int at;
        private final int length;
        private final Checkpoint checkpoint;

        Latin1(byte[] data, int at, int length, Checkpoint checkpoint) {
            this.data = data;
            this.at = at;
            this.length = length;
            this.checkpoint = checkpoint;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public char charAt(int index) {
            checkpoint.advance(2);
            return (char) (data[at + index] & 0xFF);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Latin1(data, at + start, end - start, checkpoint);
        }

        @Override
        public String toString() {
            return new String(data, at, length, StandardCharsets.ISO_8859_1);
        }
    }

    /** The orientation in the TIFF structure at {@code at}, with or without {@code Exif\0\0} before it. */
    public static int orientation(byte[] data, int at, int length) {
        int start = Bytes.startsWith(data, at, "Exif\0\0") ? at + 6 : at;
        int end = Math.min(data.length, at + length);
        if (end - start < 8) {
            return NONE;
        }
        boolean little = data[start] == 'I' && data[start + 1] == 'I';
        boolean big = data[start] == 'M' && data[start + 1] == 'M';
        if (!little && !big) {
            return NONE;
        }
        long directory = number(data, start + 4, 4, little);
        if (directory < 8 || directory > end - start - 2) {
            return NONE;
        }
        int entry = start + (int) directory;
        int entries = (int) number(data, entry, 2, little);
        entry += 2;
        for (int i = 0; i < entries && entry + 12 <= end; i++, entry += 12) {
            if (number(data, entry, 2, little) == ORIENTATION_TAG) {
                return valueOf(data, entry, little);
            }
        }
        return NONE;
    }

    private static int valueOf(byte[] data, int entry, boolean little) {
        int type = (int) number(data, entry + 2, 2, little);
        if (type != TYPE_SHORT && type != TYPE_LONG) {
            return NONE;
        }
        long value = number(data, entry + 8, type == TYPE_SHORT ? 2 : 4, little);
        return value >= 1 && value <= 8 ? (int) value : 1;
    }

    private static long number(byte[] data, int at, int length, boolean little) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | (data[little ? at + length - 1 - i : at + i] & 0xFF);
        }
        return value;
    }

    /**
     * The orientation that an XMP packet names; the text may be long, so the search reports its work to {@code
     * checkpoint}.
     */
    public static int xmpOrientation(byte[] data, int at, int length, Checkpoint checkpoint) {
        Matcher matcher = XMP.matcher(new Latin1(data, at, length, checkpoint));
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : NONE;
    }
}
