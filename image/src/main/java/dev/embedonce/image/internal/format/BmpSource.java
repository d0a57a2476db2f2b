package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.Palette;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Windows and OS/2 bitmaps: 1, 4, 8, 16, 24 and 32 bits, run-length coded, bit fields, top-down. */
// Source: Pillow 13.0.0, BmpImagePlugin.py
final class BmpSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    static final int REVISION = 1;

    private static final String NAME = "BMP";
    private static final int RAW = 0;
    private static final int RLE8 = 1;
    private static final int RLE4 = 2;
    private static final int BIT_FIELDS = 3;
    private static final int PIXEL_WORK = 6;

    private final byte[] data;
    private final WorkBudget budget;
    private int width;
    private int height;
    private boolean topDown;
    private int bits;
    private int compression;
    private int colours;
    private int paletteStep;
    private int paletteAt;
    private int pixelsAt;
    /**
     * For 24 and 32 bits the place of red, green, blue and alpha in a pixel, alpha -1 if none; for 16 bits see
     * isGreen6.
     */
    private int[] order = {2, 1, 0, -1};

    private boolean green6;

    BmpSource(byte[] data, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
        int headerSize = Bytes.i32le(data, 14, NAME);
        paletteAt = 14 + headerSize;
        switch (headerSize) {
            case 12 -> coreHeader();
            case 40, 52, 56, 64, 108, 124 -> infoHeader(headerSize);
            default -> throw new ImageException("BMP with a header of " + headerSize + " bytes is not supported");
        }
        if (width <= 0 || height <= 0) {
            throw new ImageException("corrupt BMP: size " + width + "x" + height);
        }
        locatePixels(headerSize);
        checkCompression();
    }

    private void coreHeader() {
        width = Bytes.u16le(data, 18, NAME);
        height = Bytes.u16le(data, 20, NAME);
        bits = Bytes.u16le(data, 24, NAME);
        paletteStep = 3;
    }

    private void infoHeader(int headerSize) {
        width = Bytes.i32le(data, 18, NAME);
        height = Bytes.i32le(data, 22, NAME);
        topDown = (height >> 24 & 0xFF) == 0xFF;
        height = topDown ? -height : height;
        bits = Bytes.u16le(data, 28, NAME);
        compression = Bytes.i32le(data, 30, NAME);
        colours = Bytes.i32le(data, 46, NAME);
        paletteStep = 4;
        if (compression == BIT_FIELDS) {
            boolean inside = headerSize >= 52;
            boolean alpha = headerSize >= 56;
            bitFields(
                    Bytes.i32le(data, 54, NAME),
                    Bytes.i32le(data, 58, NAME),
                    Bytes.i32le(data, 62, NAME),
                    alpha ? Bytes.i32le(data, 66, NAME) : 0);
            paletteAt += inside ? 0 : 12;
        }
    }

    private void bitFields(int red, int green, int blue, int alpha) {
        if (bits == 16) {
            green6 = red == 0xF800 && green == 0x7E0 && blue == 0x1F;
            if (green6 || (red == 0x7C00 && green == 0x3E0 && blue == 0x1F)) {
                return;
            }
        } else if (bits == 24 && red == 0xFF0000 && green == 0xFF00 && blue == 0xFF) {
            return;
        } else if (bits == 32) {
            if ((red | green | blue | alpha) == 0) {
                order = new int[] {2, 1, 0, 3};
                return;
            }
            order = new int[] {place(red), place(green), place(blue), alpha == 0 ? -1 : place(alpha)};
            if (order[0] >= 0 && order[1] >= 0 && order[2] >= 0) {
                return;
            }
        }
        throw new ImageException("BMP with these bit fields is not supported");
    }

    private static int place(int mask) {
        return switch (mask) {
            case 0xFF -> 0;
            case 0xFF00 -> 1;
            case 0xFF0000 -> 2;
            case 0xFF000000 -> 3;
            default -> throw new ImageException("BMP with these bit fields is not supported");
        };
    }

    private void locatePixels(int headerSize) {
        if (colours == 0) {
            colours = bits <= 8 ? 1 << bits : 0;
        }
        if (bits <= 8 && (colours < 0 || colours > 65536)) {
            throw new ImageException("corrupt BMP: palette of " + (colours & 0xFFFFFFFFL) + " colours");
        }
        pixelsAt = Bytes.i32le(data, 10, NAME);
        if (bits <= 8 && pixelsAt == 14 + headerSize) {
            pixelsAt += paletteStep * colours;
        }
        if (pixelsAt == 0) {
            pixelsAt = paletteAt + (bits <= 8 ? paletteStep * colours : 0);
        }
    }

    private void checkCompression() {
        boolean known = switch (bits) {
            case 1 -> compression == RAW;
            case 4 -> compression == RAW || compression == RLE4;
            case 8 -> compression == RAW || compression == RLE8;
            case 16, 24, 32 -> compression == RAW || compression == BIT_FIELDS;
            default -> false;
        };
        if (!known) {
            throw new ImageException("BMP of " + bits + " bits with compression " + compression + " is not supported");
        }
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.BMP;
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
        return 1;
    }

    @Override
    public PixelImage decode() {
        return bits <= 8 ? decodeIndexed() : decodeColours();
    }

    private PixelImage decodeIndexed() {
        byte[] palette = palette();
        byte[] indices = compression == RAW
                ? unpack()
                : BmpRle.decode(data, pixelsAt, width, height, compression == RLE4, budget);
        if (!topDown) {
            flip(indices, width);
        }
        PixelMode plain = greyMode(palette);
        if (plain == null) {
            return PixelImage.wrapIndexed(width, height, indices, new Palette(palette, null));
        }
        if (plain == PixelMode.BILEVEL) {
            negate(indices);
        }
        return PixelImage.wrap(plain, width, height, indices);
    }

    private void negate(byte[] indices) {
        for (int from = 0; from < indices.length; from += Checkpoint.PIECE) {
            int to = Math.min(indices.length, from + Checkpoint.PIECE);
            budget.checkpoint().advance(to - from);
            for (int i = from; i < to; i++) {
                indices[i] = (byte) -indices[i];
            }
        }
    }

    private byte[] palette() {
        byte[] rgb = new byte[3 * Math.min(256, colours)];
        Bytes.require(data, paletteAt, paletteStep * (rgb.length / 3), NAME);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = data[paletteAt + i / 3 * paletteStep + 2 - i % 3];
        }
        return rgb;
    }

    /** Pillow drops a trivial palette: black and white at 1 bit, the grey ramp at 8. */
    private @Nullable PixelMode greyMode(byte[] palette) {
        if (bits == 1) {
            byte[] blackWhite = {0, 0, 0, -1, -1, -1};
            return Arrays.equals(palette, blackWhite) ? PixelMode.BILEVEL : null;
        }
        if (bits != 8 || colours == 2) {
            return null;
        }
        for (int i = 0; i < palette.length; i++) {
            if ((palette[i] & 0xFF) != i / 3) {
                return null;
            }
        }
        return PixelMode.GREY;
    }

    private int stride() {
        return Math.toIntExact(((long) width * bits + 31) / 32 * 4);
    }

    private void requirePixels() {
        long needed = (long) stride() * (height - 1) + ((long) width * bits + 7) / 8;
        if (pixelsAt < 0 || needed > data.length - (long) pixelsAt) {
            throw Bytes.truncated(NAME);
        }
    }

    private byte[] unpack() {
        requirePixels();
        byte[] indices = budget.bytes((long) width * height);
        int mask = (1 << bits) - 1;
        for (int y = 0, at = 0; y < height; y++) {
            budget.spend(PIXEL_WORK);
            int row = pixelsAt + y * stride();
            for (int x = 0; x < width; x++) {
                if (x % Checkpoint.PIECE == 0) {
                    budget.spend((long) PIXEL_WORK * Math.min(Checkpoint.PIECE, width - x));
                }
                int bit = x * bits;
                indices[at++] = (byte) (data[row + (bit >> 3)] >> (8 - bits - (bit & 7)) & mask);
            }
        }
        return indices;
    }

    private PixelImage decodeColours() {
        requirePixels();
        boolean alpha = bits == 32 && compression == BIT_FIELDS && order[3] >= 0;
        int bands = alpha ? 4 : 3;
        byte[] samples = budget.bytes((long) width * height * bands);
        int at = 0;
        for (int y = 0; y < height; y++) {
            budget.spend(PIXEL_WORK);
            int from = pixelsAt + y * stride();
            for (int x = 0; x < width; x++, at += bands, from += bits / 8) {
                if (x % Checkpoint.PIECE == 0) {
                    budget.spend((long) PIXEL_WORK * Math.min(Checkpoint.PIECE, width - x));
                }
                if (bits == 16) {
                    sixteen(from, samples, at);
                } else {
                    for (int band = 0; band < bands; band++) {
                        samples[at + band] = data[from + order[band]];
                    }
                }
            }
        }
        if (!topDown) {
            flip(samples, width * bands);
        }
        return PixelImage.wrap(alpha ? PixelMode.RGBA : PixelMode.RGB, width, height, samples);
    }

    private void sixteen(int from, byte[] samples, int at) {
        int pixel = (data[from] & 0xFF) | (data[from + 1] & 0xFF) << 8;
        int greenBits = green6 ? 6 : 5;
        int greenMax = (1 << greenBits) - 1;
        samples[at] = (byte) ((pixel >> (5 + greenBits) & 31) * 255 / 31);
        samples[at + 1] = (byte) ((pixel >> 5 & greenMax) * 255 / greenMax);
        samples[at + 2] = (byte) ((pixel & 31) * 255 / 31);
    }

    private void flip(byte[] samples, int rowLength) {
        byte[] swap = new byte[Math.min(rowLength, Checkpoint.PIECE)];
        for (int y = 0; y < height / 2; y++) {
            budget.spend(1);
            for (int from = 0; from < rowLength; from += swap.length) {
                int n = Math.min(swap.length, rowLength - from);
                budget.spend(n);
                int top = y * rowLength + from;
                int bottom = (height - 1 - y) * rowLength + from;
                System.arraycopy(samples, top, swap, 0, n);
                System.arraycopy(samples, bottom, samples, top, n);
                System.arraycopy(swap, 0, samples, bottom, n);
            }
        }
    }
}
