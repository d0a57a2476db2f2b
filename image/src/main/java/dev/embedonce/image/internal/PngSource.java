package dev.embedonce.image.internal;

import dev.embedonce.image.ImageException;
import dev.embedonce.image.ImageFormat;
import dev.embedonce.image.Palette;
import dev.embedonce.image.PixelImage;
import dev.embedonce.image.PixelMode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** PNG: all colour types and depths, interlaced or not; the default image of an animated one. */
// Source: PNG specification, third edition; modes and transparency as Pillow 13.0.0, PngImagePlugin.py
final class PngSource implements ImageSource {
    private static final String NAME = "PNG";
    private static final int SIGNATURE_LENGTH = 8;
    private static final int MAX_TEXT = 1 << 20;

    private final byte[] data;
    private final List<int[]> imageData = new ArrayList<>();
    private int width;
    private int height;
    private int depth;
    private int colourType;
    private boolean interlaced;
    private byte @Nullable [] palette;
    private byte @Nullable [] transparency;
    private int exifOrientation;
    private int xmpOrientation;

    PngSource(byte[] data) {
        this.data = data;
        readChunks();
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.PNG;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int orientation() {
        if (exifOrientation != Exif.NONE) {
            return exifOrientation;
        }
        return xmpOrientation == Exif.NONE ? 1 : xmpOrientation;
    }

    private void readChunks() {
        int at = SIGNATURE_LENGTH;
        boolean ended = false;
        while (!ended && data.length - at >= 8) {
            int length = Bytes.i32be(data, at, NAME);
            String type = new String(data, at + 4, 4, StandardCharsets.ISO_8859_1);
            int body = at + 8;
            if (at == SIGNATURE_LENGTH && !type.equals("IHDR")) {
                throw new ImageException("corrupt PNG: no IHDR chunk at its start");
            }
            if (length < 0 || length > data.length - body - 4) {
                if (imageData.isEmpty() && !type.equals("IDAT")) {
                    throw Bytes.truncated(NAME);
                }
                if (type.equals("IDAT")) {
                    imageData.add(new int[] {body, Math.max(0, data.length - body)});
                }
                return;
            }
            ended = chunk(type, at, body, length);
            at = body + length + 4;
        }
        if (width == 0) {
            throw Bytes.truncated(NAME);
        }
        if (imageData.isEmpty()) {
            throw new ImageException("corrupt PNG: no image data");
        }
    }

    /** Returns whether this was the last chunk. */
    private boolean chunk(String type, int at, int body, int length) {
        boolean critical = Character.isUpperCase(type.charAt(0));
        if (!intact(at, length)) {
            if (critical) {
                throw new ImageException("corrupt PNG: wrong checksum of its " + type + " chunk");
            }
            return false;
        }
        switch (type) {
            case "IHDR" -> header(body, length);
            case "PLTE" -> palette = Bytes.slice(data, body, length, NAME);
            case "tRNS" -> transparency = Bytes.slice(data, body, length, NAME);
            case "IDAT" -> imageData.add(new int[] {body, length});
            case "eXIf" -> exifOrientation = Exif.orientation(data, body, length);
            case "tEXt", "zTXt", "iTXt" -> text(type, body, length);
            case "IEND" -> {
                return true;
            }
            default -> {
                if (critical) {
                    throw new ImageException("PNG has a critical chunk of unknown type '" + type + "'");
                }
            }
        }
        return false;
    }

    private boolean intact(int at, int length) {
        CRC32 crc = new CRC32();
        crc.update(data, at + 4, length + 4);
        return (int) crc.getValue() == Bytes.i32be(data, at + 8 + length, NAME);
    }

    private void header(int body, int length) {
        if (length < 13) {
            throw Bytes.truncated(NAME);
        }
        width = Bytes.i32be(data, body, NAME);
        height = Bytes.i32be(data, body + 4, NAME);
        if (width <= 0 || height <= 0) {
            throw new ImageException("corrupt PNG: size " + width + "x" + height);
        }
        depth = data[body + 8];
        colourType = data[body + 9];
        interlaced = data[body + 12] != 0;
        if (data[body + 10] != 0 || data[body + 11] != 0 || data[body + 12] > 1) {
            throw new ImageException("corrupt PNG: unknown compression, filter or interlace method");
        }
        mode();
    }

    private PixelMode mode() {
        PixelMode mode = switch (colourType << 8 | depth) {
            case 1 -> PixelMode.BILEVEL;
            case 2, 4, 8 -> PixelMode.GREY;
            case 16 -> PixelMode.GREY16;
            case 2 << 8 | 8, 2 << 8 | 16 -> PixelMode.RGB;
            case 3 << 8 | 1, 3 << 8 | 2, 3 << 8 | 4, 3 << 8 | 8 -> PixelMode.PALETTE;
            case 4 << 8 | 8 -> PixelMode.GREY_ALPHA;
            case 4 << 8 | 16, 6 << 8 | 8, 6 << 8 | 16 -> PixelMode.RGBA;
            default -> null;
        };
        if (mode == null) {
            throw new ImageException("PNG of colour type " + colourType + " with " + depth + " bits is not supported");
        }
        return mode;
    }

    private void text(String type, int body, int length) {
        String text = new String(data, body, length, StandardCharsets.ISO_8859_1);
        if (type.equals("iTXt")) {
            if (text.startsWith("XML:com.adobe.xmp\0\0")) {
                xmpOrientation = Exif.xmpOrientation(data, body, length);
            }
            return;
        }
        String keyword = "Raw profile type exif\0";
        if (!text.startsWith(keyword) || exifOrientation != Exif.NONE) {
            return;
        }
        int start = keyword.length();
        byte[] exif = rawProfile(
                type.equals("tEXt") ? text.substring(start) : inflateText(body + start + 1, length - start - 1));
        exifOrientation = Exif.orientation(exif, 0, exif.length);
    }

    private String inflateText(int at, int length) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, at, Math.max(0, length));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            while (!inflater.finished() && out.size() < MAX_TEXT) {
                int n = inflater.inflate(buffer);
                if (n == 0) {
                    break;
                }
                out.write(buffer, 0, n);
            }
            return out.toString(StandardCharsets.ISO_8859_1);
        } catch (DataFormatException e) {
            return "";
        } finally {
            inflater.end();
        }
    }

    /** ImageMagick's textual profile: an empty line, the name, the length, then lines of hexadecimal digits. */
    private static byte[] rawProfile(String text) {
        String[] lines = text.split("\n", -1);
        StringBuilder hex = new StringBuilder();
        for (int i = 3; i < lines.length; i++) {
            hex.append(lines[i].trim());
        }
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    @Override
    public PixelImage decode() {
        PixelMode mode = mode();
        if (mode == PixelMode.PALETTE && palette == null) {
            throw new ImageException("corrupt PNG: palette picture without a palette");
        }
        byte[] samples = new byte[Math.multiplyExact(Math.multiplyExact(width, height), mode.bytesPerPixel())];
        try (PngRows rows = new PngRows(data, imageData)) {
            PngUnpacker unpacker = new PngUnpacker(samples, width, depth, colourType, mode);
            if (interlaced) {
                for (int pass = 0; pass < 7; pass++) {
                    readPass(
                            rows,
                            unpacker,
                            PngUnpacker.START_X[pass],
                            PngUnpacker.START_Y[pass],
                            PngUnpacker.STEP_X[pass],
                            PngUnpacker.STEP_Y[pass]);
                }
            } else {
                readPass(rows, unpacker, 0, 0, 1, 1);
            }
        }
        return withTransparency(mode, samples);
    }

    private void readPass(PngRows rows, PngUnpacker unpacker, int startX, int startY, int stepX, int stepY) {
        int columns = (width - startX + stepX - 1) / stepX;
        if (columns <= 0) {
            return;
        }
        int bitsPerPixel = depth * unpacker.channels();
        rows.startPass((int) (((long) columns * bitsPerPixel + 7) / 8), Math.max(1, bitsPerPixel / 8));
        for (int y = startY; y < height; y += stepY) {
            unpacker.unpack(rows.next(), y, startX, stepX, columns);
        }
    }

    private PixelImage withTransparency(PixelMode mode, byte[] samples) {
        if (mode == PixelMode.PALETTE && palette != null) {
            return PixelImage.wrapIndexed(width, height, samples, new Palette(palette, transparency));
        }
        PixelImage image = PixelImage.wrap(mode, width, height, samples);
        byte[] key = transparency;
        if (key == null || colourType > 2) {
            return image;
        }
        if (key.length < (colourType == 2 ? 6 : 2)) {
            throw new ImageException("corrupt PNG: truncated tRNS chunk");
        }
        int first = Bytes.u16be(key, 0, NAME);
        if (mode == PixelMode.BILEVEL) {
            first = first != 0 ? 255 : 0;
        }
        boolean rgb = colourType == 2;
        return image.withColourKey(
                first, rgb ? Bytes.u16be(key, 2, NAME) : first, rgb ? Bytes.u16be(key, 4, NAME) : first);
    }
}
