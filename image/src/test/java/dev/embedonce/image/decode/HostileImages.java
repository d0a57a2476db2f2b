package dev.embedonce.image.decode;

import dev.embedonce.image.encode.PngWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.zip.Deflater;

/** Small files that mean harm: well-formed enough to be decoded, made to cost far more than their size says. */
final class HostileImages {
    private HostileImages() {}

    /** One tag of a TIFF directory; values are written as 32-bit numbers, or for type 3 as 16-bit ones. */
    record Tag(int id, int type, int count, List<Integer> values) {
        static Tag of(int id, int... values) {
            return new Tag(id, 4, values.length, Arrays.stream(values).boxed().toList());
        }

        /** A tag whose values lie in the picture's data at {@code offset}, of {@code count} bytes. */
        static Tag bytesAt(int id, int offset, int count) {
            return new Tag(id, 7, count, List.of(offset));
        }

        private boolean outside() {
            return type == 4 && count > 1;
        }
    }

    /** A little-endian TIFF whose data begins at byte 8; strips name their place by it. */
    static byte[] tiff(byte[] data, Tag... tags) {
        int directory = 8 + data.length + (data.length & 1);
        int values = directory + 2 + 12 * tags.length + 4;
        int length = values;
        for (Tag tag : tags) {
            length += tag.outside() ? 4 * tag.count : 0;
        }
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.put("II*\0".getBytes(StandardCharsets.ISO_8859_1)).putInt(directory).put(data);
        out.position(directory).putShort((short) tags.length);
        int at = values;
        for (Tag tag : tags) {
            out.putShort((short) tag.id).putShort((short) tag.type).putInt(tag.count);
            out.putInt(tag.outside() ? at : tag.values.get(0));
            if (tag.outside()) {
                for (int i = 0; i < tag.count; i++) {
                    out.putInt(at + 4 * i, tag.values.get(i));
                }
                at += 4 * tag.count;
            }
        }
        return out.array();
    }

    /** A TIFF of grey samples in strips that all hold the same {@code strip}. */
    static byte[] tiffOfEqualStrips(
            int width, int rowsPerStrip, int strips, int compression, byte[] strip, Tag... more) {
        List<Tag> tags = new ArrayList<>(List.of(
                Tag.of(256, width),
                Tag.of(257, rowsPerStrip * strips),
                Tag.of(258, compression >= 2 && compression <= 4 ? 1 : 8),
                Tag.of(259, compression),
                Tag.of(262, 1),
                Tag.of(273, filled(strips, 8)),
                Tag.of(277, 1),
                Tag.of(278, rowsPerStrip),
                Tag.of(279, filled(strips, strip.length))));
        tags.addAll(List.of(more));
        return tiff(strip, tags.toArray(Tag[]::new));
    }

    /** An RGB TIFF in strips that all hold the same {@code strip}. */
    static byte[] rgbTiffOfEqualStrips(
            int width, int rowsPerStrip, int strips, int bits, int compression, byte[] strip) {
        return tiff(
                strip,
                Tag.of(256, width),
                Tag.of(257, rowsPerStrip * strips),
                Tag.of(258, bits),
                Tag.of(259, compression),
                Tag.of(262, 2),
                Tag.of(273, filled(strips, 8)),
                Tag.of(277, 3),
                Tag.of(278, rowsPerStrip),
                Tag.of(279, filled(strips, strip.length)));
    }

    static int[] filled(int n, int value) {
        int[] values = new int[n];
        Arrays.fill(values, value);
        return values;
    }

    /** A black baseline JPEG: two bits a block and component. */
    static byte[] jpeg(int width, int height, int components) {
        ByteArrayOutputStream out = jpegStart(0xC0, width, height, components);
        scanHeader(out, components, 0, 63, 0);
        long blocks = (long) ((width + 7) / 8) * ((height + 7) / 8) * components;
        out.writeBytes(new byte[(int) ((2 * blocks + 7) / 8)]);
        return ended(out);
    }

    /** A grey JPEG with {@code scans} scans that all cover all of it. */
    static byte[] jpegOfEqualScans(int width, int height, int scans) {
        ByteArrayOutputStream out = jpegStart(0xC0, width, height, 1);
        int blocks = ((width + 7) / 8) * ((height + 7) / 8);
        for (int i = 0; i < scans; i++) {
            scanHeader(out, 1, 0, 63, 0);
            out.writeBytes(new byte[(2 * blocks + 7) / 8]);
        }
        return ended(out);
    }

    /**
     * A grey progressive JPEG: its first coefficients, then {@code refinements} scans that say nothing in a few bytes.
     */
    static byte[] progressiveJpeg(int width, int height, int refinements) {
        ByteArrayOutputStream out = jpegStart(0xC2, width, height, 1);
        int blocks = ((width + 7) / 8) * ((height + 7) / 8);
        scanHeader(out, 1, 0, 0, 0);
        out.writeBytes(new byte[(blocks + 7) / 8]);
        table(out, 0x10, 0xE0); // the end of the band for 16,384 blocks and the fourteen bits after it
        for (int i = 0; i <= refinements; i++) {
            scanHeader(out, 1, 1, 63, i == 0 ? 1 : 0x10);
            Bits bits = new Bits();
            for (int left = blocks; left > 0; left -= 16384 + 16383) {
                bits.most(1, 0).most(14, 16383);
            }
            byte[] run = bits.mostBytes();
            for (byte b : run) {
                out.write(b);
                if (b == -1) {
                    out.write(0);
                }
            }
        }
        return ended(out);
    }

    /** A progressive JPEG of four inks; all of its coefficients are kept until its last scan. */
    static byte[] progressiveInkJpeg(int width, int height) {
        ByteArrayOutputStream out = jpegStart(0xC2, width, height, 4);
        int blocks = ((width + 7) / 8) * ((height + 7) / 8);
        scanHeader(out, 4, 0, 0, 0);
        out.writeBytes(new byte[(4 * blocks + 7) / 8]);
        for (int component = 1; component <= 4; component++) {
            write(out, 0xFF, 0xDA, 0, 8, 1, component, 0, 1, 63, 0);
            out.writeBytes(new byte[(blocks + 7) / 8]);
        }
        return ended(out);
    }

    /** A small JPEG behind {@code tables} Huffman tables that nobody uses. */
    static byte[] jpegOfManyTables(int tables) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] small = jpeg(8, 8, 1);
        out.write(small, 0, 2);
        for (int i = 0; i < tables; i++) {
            table(out, 0x13, 1);
        }
        out.write(small, 2, small.length - 2);
        return out.toByteArray();
    }

    private static ByteArrayOutputStream jpegStart(int frame, int width, int height, int components) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(out, 0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0);
        out.writeBytes(ones(64));
        write(
                out,
                0xFF,
                frame,
                0,
                8 + 3 * components,
                8,
                height >> 8,
                height & 0xFF,
                width >> 8,
                width & 0xFF,
                components);
        for (int i = 1; i <= components; i++) {
            write(out, i, 0x11, 0);
        }
        table(out, 0x00, 0);
        table(out, 0x10, 0);
        return out;
    }

    /** A Huffman table of one code of one bit. */
    private static void table(ByteArrayOutputStream out, int head, int symbol) {
        write(out, 0xFF, 0xC4, 0, 20, head, 1);
        out.writeBytes(new byte[15]);
        out.write(symbol);
    }

    private static void scanHeader(ByteArrayOutputStream out, int components, int from, int to, int approximation) {
        write(out, 0xFF, 0xDA, 0, 6 + 2 * components, components);
        for (int i = 1; i <= components; i++) {
            write(out, i, 0);
        }
        write(out, from, to, approximation);
    }

    private static byte[] ended(ByteArrayOutputStream out) {
        write(out, 0xFF, 0xD9);
        return out.toByteArray();
    }

    private static byte[] ones(int n) {
        byte[] values = new byte[n];
        Arrays.fill(values, (byte) 1);
        return values;
    }

    /** A JPEG with {@code bytes} bytes of comments before its frame. */
    static byte[] commented(byte[] jpeg, int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        for (int left = bytes; left > 0; left -= 60_000) {
            write(out, 0xFF, 0xFE, 60_000 >> 8, 60_000 & 0xFF);
            out.writeBytes(new byte[59_998]);
        }
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    /** A 1 x 1 PNG with {@code chunks} compressed profiles of a megabyte each that hold no orientation. */
    static byte[] pngOfProfiles(int chunks) {
        byte[] keyword = "Raw profile type exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
        byte[] packed = deflated("\n".repeat(1 << 20).getBytes(StandardCharsets.ISO_8859_1));
        ByteBuffer profile = ByteBuffer.allocate(keyword.length + packed.length);
        profile.put(keyword).put(packed);
        ByteArrayOutputStream out = pngStart(1, 1);
        for (int i = 0; i < chunks; i++) {
            chunk(out, "zTXt", profile.array());
        }
        chunk(out, "IDAT", deflated(new byte[2]));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    /** A grey PNG of black pixels. */
    static byte[] png(int width, int height) {
        ByteArrayOutputStream out = pngStart(width, height);
        chunk(out, "IDAT", deflated(new byte[(width + 1) * height]));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    /** A 1 x 1 PNG with {@code chunks} empty chunks. */
    static byte[] pngOfEmptyChunks(String type, int chunks) {
        ByteArrayOutputStream out = pngStart(1, 1);
        for (int i = 0; i < chunks; i++) {
            chunk(out, type, new byte[0]);
        }
        chunk(out, "IDAT", deflated(new byte[2]));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static ByteArrayOutputStream pngStart(int width, int height) {
        return pngStart(width, height, PngWriter.Colour.GREY);
    }

    private static ByteArrayOutputStream pngStart(int width, int height, PngWriter.Colour colour) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(PngWriter.start(width, height, colour));
        return out;
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] body) {
        out.writeBytes(PngWriter.chunk(type, body));
    }

    static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try {
            deflater.setInput(plain);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /**
     * A lossless WebP whose blocks of four by four pixels name {@code named} as their group of codes, so that there are
     * {@code named + 1} groups; each is five codes of one symbol.
     */
    static byte[] webpOfGroups(int width, int height, int named) {
        Bits bits = new Bits();
        bits.least(8, 0x2F).least(14, width - 1).least(14, height - 1).least(4, 0);
        bits.least(1, 0).least(1, 0); // no transform, no colour cache
        bits.least(1, 1).least(3, 0).least(1, 0); // groups by blocks of four pixels; their picture has no cache
        simpleCode(bits, named & 0xFF);
        simpleCode(bits, named >> 8);
        simpleCode(bits, 0);
        simpleCode(bits, 0);
        simpleCode(bits, 0);
        for (int i = 0; i < 5 * (named + 1); i++) {
            simpleCode(bits, 0);
        }
        return webp("VP8L", bits.leastBytes());
    }

    /**
     * A lossless stream without its header, whose pixels take no bits at all; every pixel is {@code green} on
     * transparent black.
     */
    private static byte[] emptyLosslessStream(int green) {
        Bits bits = new Bits();
        bits.least(1, 0).least(1, 0).least(1, 0); // no transform, no colour cache, one group
        simpleCode(bits, green);
        for (int i = 0; i < 4; i++) {
            simpleCode(bits, 0);
        }
        return bits.leastBytes();
    }

    /**
     * A lossy WebP of one colour, every edge of its blocks filtered, with a lossless alpha channel of 128.
     *
     * @param filter of the alpha channel: 0 none, 1 horizontal, 2 vertical, 3 gradient
     */
    static byte[] lossyWebpWithAlpha(int width, int height, int filter) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] canvas = {
            0x10,
            0,
            0,
            0,
            (byte) (width - 1),
            (byte) ((width - 1) >> 8),
            0,
            (byte) (height - 1),
            (byte) ((height - 1) >> 8),
            0
        };
        riffChunk(out, "VP8X", canvas);
        byte[] stream = emptyLosslessStream(128);
        byte[] alpha = new byte[stream.length + 1];
        alpha[0] = (byte) (1 | filter << 2);
        System.arraycopy(stream, 0, alpha, 1, stream.length);
        riffChunk(out, "ALPH", alpha);
        riffChunk(out, "VP8 ", keyFrame(width, height));
        return webp(out.toByteArray());
    }

    /**
     * A key frame that is zeros after its header: modes all the same, no coefficients, the loop filter at its
     * strongest.
     */
    private static byte[] keyFrame(int width, int height) {
        BoolEncoder header = new BoolEncoder();
        header.number(2, 0).number(1, 0); // colours; no segments
        header.number(1, 0)
                .number(6, 63)
                .number(3, 0)
                .number(1, 0); // the normal filter, its level and sharpness, no deltas
        byte[] bits = header.bytes();
        long macroblocks = (long) ((width + 15) / 16) * ((height + 15) / 16);
        int first = (int) Math.min((1 << 19) - 1, 1000 + 8 * macroblocks);
        int second = (int) (1000 + 8 * macroblocks);
        ByteBuffer frame = ByteBuffer.allocate(10 + first + second).order(ByteOrder.LITTLE_ENDIAN);
        int tag = 0x10 | first << 5;
        frame.put((byte) tag).put((byte) (tag >> 8)).put((byte) (tag >> 16));
        frame.put((byte) 0x9D)
                .put((byte) 0x01)
                .put((byte) 0x2A)
                .putShort((short) width)
                .putShort((short) height);
        return frame.put(bits).array();
    }

    /** Writes bits of probability one half as VP8 reads them (RFC 6386, section 7.3). */
    private static final class BoolEncoder {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private long bottom;
        private int range = 255;
        private int shifts;

        BoolEncoder number(int bits, int value) {
            for (int i = bits - 1; i >= 0; i--) {
                int split = 1 + ((range - 1) >> 1);
                if ((value >> i & 1) != 0) {
                    bottom += split;
                    range -= split;
                } else {
                    range = split;
                }
                while (range < 128) {
                    range <<= 1;
                    bottom <<= 1;
                    shifts++;
                }
            }
            return this;
        }

        /** All bits so far, of which there are few; zeros may follow. */
        byte[] bytes() {
            byte[] bytes =
                    ByteBuffer.allocate(8).putLong(bottom << (56 - shifts)).array();
            out.writeBytes(bytes);
            return out.toByteArray();
        }
    }

    private static void riffChunk(ByteArrayOutputStream out, String type, byte[] body) {
        out.writeBytes(type.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(body.length)
                .array());
        out.writeBytes(body);
        if ((body.length & 1) == 1) {
            out.write(0);
        }
    }

    private static byte[] webp(byte[] chunks) {
        ByteBuffer out = ByteBuffer.allocate(12 + chunks.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(4 + chunks.length);
        return out.put("WEBP".getBytes(StandardCharsets.ISO_8859_1)).put(chunks).array();
    }

    /** A 24-bit bitmap of black pixels. */
    static byte[] bmp(int width, int height) {
        int stride = (width * 3 + 3) / 4 * 4;
        ByteBuffer out = ByteBuffer.allocate(54 + stride * height).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 'B').put((byte) 'M').putInt(out.capacity()).putInt(0).putInt(54);
        out.putInt(40).putInt(width).putInt(height).putShort((short) 1).putShort((short) 24);
        return out.array();
    }

    /** A bitmap of run-length codes, all black. */
    static byte[] bmpOfRuns(int width, int height) {
        int runs = (width + 254) / 255;
        int start = 54 + 4 * 256;
        ByteBuffer out = ByteBuffer.allocate(start + height * 2 * (runs + 1)).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 'B').put((byte) 'M').putInt(out.capacity()).putInt(0).putInt(start);
        out.putInt(40)
                .putInt(width)
                .putInt(height)
                .putShort((short) 1)
                .putShort((short) 8)
                .putInt(1);
        out.position(start);
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < runs; i++) {
                out.put((byte) 255).put((byte) 7);
            }
            out.putShort((short) 0);
        }
        return out.array();
    }

    /** An RGB TIFF in one strip, deflated, its rows predicted. */
    static byte[] tiffOfOneStrip(int width, int height, int bits, int compression, Tag... more) {
        byte[] strip = compression == 8
                ? deflated(new byte[width * height * 3 * bits / 8])
                : new byte[width * height * 3 * bits / 8];
        List<Tag> tags = new ArrayList<>(List.of(
                Tag.of(256, width),
                Tag.of(257, height),
                Tag.of(258, bits),
                Tag.of(259, compression),
                Tag.of(262, 2),
                Tag.of(273, 8),
                Tag.of(277, 3),
                Tag.of(278, height),
                Tag.of(279, strip.length)));
        tags.addAll(List.of(more));
        return tiff(strip, tags.toArray(Tag[]::new));
    }

    /**
     * A page of group 4 fax codes whose pixels alternate, so that every one of them has a code; {@code side} must be
     * even.
     */
    static byte[] faxOfStripes(int side) {
        Bits bits = new Bits();
        for (int i = 0; i < side / 2; i++) {
            bits.most(3, 1).most(6, 7).most(3, 2); // horizontal: one white, one black
        }
        byte[] first = bits.mostBytes();
        byte[] page = Arrays.copyOf(first, first.length + side * (side - 1) / 8 + 2);
        Arrays.fill(page, first.length, page.length, (byte) -1); // vertical, below each change of the row above
        if (bits.length % 8 != 0) {
            page[first.length - 1] |= (byte) ((1 << (8 - bits.length % 8)) - 1);
        }
        return page;
    }

    /** A small PNG with XMP of {@code length} bytes that name no orientation. */
    static byte[] pngWithText(int length) {
        ByteArrayOutputStream out = pngStart(1, 1);
        ByteBuffer text = ByteBuffer.allocate(length);
        text.put("XML:com.adobe.xmp\0\0".getBytes(StandardCharsets.ISO_8859_1));
        chunk(out, "iTXt", text.array());
        chunk(out, "IDAT", deflated(new byte[2]));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    /** A black RGB PNG, rows filtered by {@code filter}. */
    static byte[] rgbPng(int width, int height, int filter) {
        return colourPng(width, height, PngWriter.Colour.RGB, 3, filter);
    }

    /** A transparent RGBA PNG. */
    static byte[] rgbaPng(int width, int height) {
        return colourPng(width, height, PngWriter.Colour.RGBA, 4, 0);
    }

    private static byte[] colourPng(int width, int height, PngWriter.Colour colour, int bands, int filter) {
        ByteArrayOutputStream out = pngStart(width, height, colour);
        byte[] rows = new byte[(bands * width + 1) * height];
        for (int y = 0; y < height; y++) {
            rows[y * (bands * width + 1)] = (byte) filter;
        }
        chunk(out, "IDAT", deflated(rows));
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void simpleCode(Bits bits, int symbol) {
        bits.least(1, 1).least(1, 0).least(1, 1).least(8, symbol);
    }

    private static byte[] webp(String type, byte[] body) {
        int padded = body.length + (body.length & 1);
        ByteBuffer out = ByteBuffer.allocate(20 + padded).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(12 + padded);
        out.put(("WEBP" + type).getBytes(StandardCharsets.ISO_8859_1))
                .putInt(body.length)
                .put(body);
        return out.array();
    }

    /** A GIF that has {@code clears} clear codes of three bits before its only pixel. */
    static byte[] gifOfClearCodes(int clears) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GIF89a".getBytes(StandardCharsets.ISO_8859_1));
        write(out, 1, 0, 1, 0, 0, 0, 0, ',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2);
        Bits bits = new Bits();
        for (int i = 0; i < clears; i++) {
            bits.least(3, 4);
        }
        bits.least(3, 0).least(3, 5);
        byte[] codes = bits.leastBytes();
        for (int at = 0; at < codes.length; at += 255) {
            int n = Math.min(255, codes.length - at);
            out.write(n);
            out.write(codes, at, n);
        }
        write(out, 0, ';');
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, int... values) {
        for (int value : values) {
            out.write(value);
        }
    }

    /** Bits of a stream, either most or least significant first. */
    private static final class Bits {
        private final BitSet set = new BitSet();
        private int length;

        Bits most(int n, int value) {
            for (int i = n - 1; i >= 0; i--) {
                set.set(length++, (value >> i & 1) != 0);
            }
            return this;
        }

        Bits least(int n, int value) {
            for (int i = 0; i < n; i++) {
                set.set(length++, (value >> i & 1) != 0);
            }
            return this;
        }

        byte[] leastBytes() {
            return Arrays.copyOf(set.toByteArray(), (length + 7) / 8);
        }

        byte[] mostBytes() {
            byte[] bytes = leastBytes();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
            }
            return bytes;
        }
    }
}
