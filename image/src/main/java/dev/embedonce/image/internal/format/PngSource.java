package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.Exif;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.Palette;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** PNG: all colour types and depths, interlaced or not; the default image of an animated one. */
// Source: PNG specification, third edition; modes and transparency as Pillow 13.0.0, PngImagePlugin.py
final class PngSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    static final int REVISION = 1;

    private static final String NAME = "PNG";
    private static final int SIGNATURE_LENGTH = 8;
    private static final int NONE = -1;
    private static final String PROFILE_KEYWORD = "Raw profile type exif\0";
    private static final String XMP_KEYWORD = "XML:com.adobe.xmp\0\0";
    /** The longest textual profile that is read: twice what EXIF in a JPEG may have, in hexadecimal digits. */
    private static final int MAX_PROFILE = 1 << 18;

    private static final int CHUNK_WORK = 150;
    private static final long TEXT_WORK = 8;
    private static final int UNPACK_WORK = 2;

    private final byte[] data;
    private final WorkBudget budget;
    private final CRC32 checksum = new CRC32();
    private int firstData = NONE;
    private int width;
    private int height;
    private int depth;
    private int colourType;
    private boolean interlaced;
    private byte @Nullable [] palette;
    private byte @Nullable [] transparency;
    private int exifOrientation;
    private int xmpOrientation;
    private boolean profileSeen;

    PngSource(byte[] data, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
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
        while (PngChunks.isHeader(data, at)) {
            int type = PngChunks.type(data, at);
            if (at == SIGNATURE_LENGTH && type != PngChunks.IHDR) {
                throw new ImageException("corrupt PNG: no IHDR chunk at its start");
            }
            boolean imageData = type == PngChunks.IDAT;
            if (!PngChunks.isWhole(data, at)) {
                if (firstData == NONE && !imageData) {
                    throw Bytes.truncated(NAME);
                }
                firstData = firstData == NONE ? at : firstData;
                return;
            }
            int length = PngChunks.length(data, at);
            budget.spend(CHUNK_WORK);
            if (intact(at, length, type)) {
                chunk(type, at, length);
            }
            if (type == PngChunks.IEND) {
                break;
            }
            at = PngChunks.after(data, at);
        }
        if (width == 0) {
            throw Bytes.truncated(NAME);
        }
        if (firstData == NONE) {
            throw new ImageException("corrupt PNG: no image data");
        }
    }

    private void chunk(int type, int at, int length) {
        int body = PngChunks.body(at);
        if (type == PngChunks.IHDR) {
            header(body, length);
        } else if (type == PngChunks.PLTE) {
            palette = Bytes.slice(data, body, length, NAME);
        } else if (type == PngChunks.TRNS) {
            transparency = Bytes.slice(data, body, length, NAME);
        } else if (type == PngChunks.IDAT) {
            firstData = firstData == NONE ? at : firstData;
        } else if (type == PngChunks.EXIF) {
            exifOrientation = Exif.orientation(data, body, length);
        } else if (type == PngChunks.TEXT || type == PngChunks.COMPRESSED_TEXT) {
            profile(type, body, length);
        } else if (type == PngChunks.INTERNATIONAL_TEXT) {
            xmp(body, length);
        } else if (critical(type) && type != PngChunks.IEND) {
            throw new ImageException("PNG has a critical chunk of unknown type '" + name(type) + "'");
        }
    }

    private static boolean critical(int type) {
        return Character.isUpperCase(type >>> 24);
    }

    private static String name(int type) {
        byte[] letters = {(byte) (type >> 24), (byte) (type >> 16), (byte) (type >> 8), (byte) type};
        return new String(letters, StandardCharsets.ISO_8859_1);
    }

    /** Whether the checksum is right; a critical chunk with a wrong one is refused. */
    private boolean intact(int at, int length, int type) {
        checksum.reset();
        int end = at + 8 + length;
        for (int from = at + 4; from < end; from += Checkpoint.PIECE) {
            int n = Math.min(Checkpoint.PIECE, end - from);
            budget.spend(n);
            checksum.update(data, from, n);
        }
        boolean fits = (int) checksum.getValue() == Bytes.i32be(data, at + 8 + length, NAME);
        if (!fits && critical(type)) {
            throw new ImageException("corrupt PNG: wrong checksum of its " + name(type) + " chunk");
        }
        return fits;
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

    private void xmp(int body, int length) {
        if (length > XMP_KEYWORD.length() && Bytes.startsWith(data, body, XMP_KEYWORD)) {
            budget.reserve(TEXT_WORK * length);
            xmpOrientation = Exif.xmpOrientation(data, body, length, budget.checkpoint());
        }
    }

    /** Reads the first profile, of bounded length; programs that write one as text write no second. */
    private void profile(int type, int body, int length) {
        int head = PROFILE_KEYWORD.length();
        if (profileSeen || length <= head || !Bytes.startsWith(data, body, PROFILE_KEYWORD)) {
            return;
        }
        profileSeen = true;
        byte[] text = type == PngChunks.TEXT
                ? Bytes.slice(data, body + head, Math.min(MAX_PROFILE, length - head), NAME)
                : inflated(body + head + 1, length - head - 1);
        budget.spend(TEXT_WORK * text.length);
        if (exifOrientation == Exif.NONE) {
            byte[] exif = rawProfile(text);
            exifOrientation = Exif.orientation(exif, 0, exif.length);
        }
    }

    private byte[] inflated(int at, int length) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, at, Math.max(0, Math.min(MAX_PROFILE, length)));
            byte[] text = new byte[MAX_PROFILE];
            int filled = 0;
            int n;
            while (filled < text.length && (n = inflater.inflate(text, filled, text.length - filled)) > 0) {
                filled += n;
            }
            return Arrays.copyOf(text, filled);
        } catch (DataFormatException e) {
            return new byte[0];
        } finally {
            inflater.end();
        }
    }

    /** ImageMagick's textual profile: an empty line, the name, the length, then lines of hexadecimal digits. */
    private static byte[] rawProfile(byte[] text) {
        int at = 0;
        for (int lines = 0; lines < 3 && at < text.length; at++) {
            lines += text[at] == '\n' ? 1 : 0;
        }
        byte[] profile = new byte[(text.length - at + 1) / 2];
        int digits = 0;
        for (; at < text.length; at++) {
            int digit = Character.digit(text[at], 16);
            if (digit >= 0) {
                profile[digits / 2] |= (byte) (digits % 2 == 0 ? digit << 4 : digit);
                digits++;
            } else if (text[at] < 0 || text[at] > ' ') {
                return new byte[0];
            }
        }
        return Arrays.copyOf(profile, digits / 2);
    }

    @Override
    public PixelImage decode() {
        PixelMode mode = mode();
        if (mode == PixelMode.PALETTE && palette == null) {
            throw new ImageException("corrupt PNG: palette picture without a palette");
        }
        byte[] samples = budget.bytes((long) width * height * mode.bytesPerPixel());
        try (PngRows rows = new PngRows(data, firstData, budget)) {
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
            byte[] row = rows.next();
            for (int from = 0; from < columns; from += Checkpoint.PIECE) {
                int to = Math.min(from + Checkpoint.PIECE, columns);
                budget.spend((long) UNPACK_WORK * (to - from));
                unpacker.unpack(row, y, startX, stepX, from, to);
            }
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
