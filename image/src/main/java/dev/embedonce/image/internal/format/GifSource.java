package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.Palette;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** GIF: the first frame, on the whole logical screen. */
// Source: GIF89a specification; modes, screen size and fill as Pillow 13.0.0, GifImagePlugin.py
final class GifSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    static final int REVISION = 1;

    private static final String NAME = "GIF";
    private static final int NO_INDEX = -1;

    private final byte[] data;
    private final WorkBudget budget;
    private int width;
    private int height;
    private byte @Nullable [] palette;
    private int transparentIndex = NO_INDEX;
    private int frameX;
    private int frameY;
    private int frameWidth;
    private int frameHeight;
    private boolean interlaced;
    private int codes;

    GifSource(byte[] data, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
        width = Bytes.u16le(data, 6, NAME);
        height = Bytes.u16le(data, 8, NAME);
        int flags = Bytes.u8(data, 10, NAME);
        int at = 13;
        if ((flags & 0x80) != 0) {
            at = palette(at, flags);
        }
        findFrame(at);
        width = Math.max(width, frameX + frameWidth);
        height = Math.max(height, frameY + frameHeight);
        if (width == 0 || height == 0) {
            throw new ImageException("corrupt GIF: size " + width + "x" + height);
        }
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.GIF;
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

    /**
     * Reads a colour table; if it maps every index to the grey level of that number, it is dropped and the picture is
     * grey.
     */
    private int palette(int at, int flags) {
        int entries = 2 << (flags & 7);
        byte[] colours = Bytes.slice(data, at, 3 * entries, NAME);
        boolean ramp = true;
        for (int i = 0; i < colours.length; i++) {
            ramp &= (colours[i] & 0xFF) == i / 3;
        }
        palette = ramp ? null : colours;
        return at + colours.length;
    }

    private void findFrame(int start) {
        int at = start;
        while (true) {
            budget.spend(4);
            switch (Bytes.u8(data, at++, NAME)) {
                case '!' -> at = extension(at);
                case ',' -> {
                    frame(at);
                    return;
                }
                case ';' -> throw new ImageException("corrupt GIF: no frame");
                default -> {}
            }
        }
    }

    private int extension(int start) {
        int label = Bytes.u8(data, start, NAME);
        int at = start + 1;
        if (label == 0xF9 && Bytes.u8(data, at, NAME) >= 4 && (Bytes.u8(data, at + 1, NAME) & 1) != 0) {
            transparentIndex = Bytes.u8(data, at + 4, NAME);
        }
        int length;
        while ((length = Bytes.u8(data, at, NAME)) != 0) {
            at += length + 1;
            budget.spend(4);
        }
        return at + 1;
    }

    private void frame(int start) {
        frameX = Bytes.u16le(data, start, NAME);
        frameY = Bytes.u16le(data, start + 2, NAME);
        frameWidth = Bytes.u16le(data, start + 4, NAME);
        frameHeight = Bytes.u16le(data, start + 6, NAME);
        int flags = Bytes.u8(data, start + 8, NAME);
        interlaced = (flags & 0x40) != 0;
        codes = (flags & 0x80) != 0 ? palette(start + 9, flags) : start + 9;
    }

    @Override
    public PixelImage decode() {
        int area = Math.multiplyExact(frameWidth, frameHeight);
        byte[] samples = budget.bytes((long) width * height);
        if (transparentIndex != NO_INDEX) {
            Arrays.fill(samples, (byte) transparentIndex);
        }
        byte[] frame = GifLzw.decode(data, codes, area, budget);
        int row = 0;
        for (int pass = 0; pass < (interlaced ? 4 : 1); pass++) {
            int step = interlaced ? (pass == 0 ? 8 : 16 >> pass) : 1;
            int first = interlaced && pass > 0 ? 8 >> pass : 0;
            for (int y = first; y < frameHeight; y += step) {
                budget.checkpoint().advance(frameWidth);
                int to = (frameY + y) * width + frameX;
                System.arraycopy(frame, row++ * frameWidth, samples, to, frameWidth);
            }
        }
        return image(samples);
    }

    private PixelImage image(byte[] samples) {
        byte[] colours = palette;
        if (colours == null) {
            PixelImage grey = PixelImage.wrap(PixelMode.GREY, width, height, samples);
            return transparentIndex == NO_INDEX
                    ? grey
                    : grey.withColourKey(transparentIndex, transparentIndex, transparentIndex);
        }
        byte[] alphas = null;
        if (transparentIndex != NO_INDEX) {
            alphas = new byte[256];
            Arrays.fill(alphas, (byte) 255);
            alphas[transparentIndex] = 0;
        }
        return PixelImage.wrapIndexed(width, height, samples, new Palette(colours, alphas));
    }
}
