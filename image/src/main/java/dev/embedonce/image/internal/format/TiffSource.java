package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.Palette;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import java.util.Arrays;

/**
 * TIFF, first page: bilevel, grey, palette, RGB, CMYK of up to 16 bits, in strips or tiles, plain, LZW, deflate,
 * PackBits, JPEG or fax compressed.
 */
// Source: TIFF 6.0 and its technical note 2; modes as Pillow 13.0.0, TiffImagePlugin.py
final class TiffSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    static final int REVISION = 1;

    static final int WHITE_IS_ZERO = 0;
    static final int BLACK_IS_ZERO = 1;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int CMYK = 5;
    static final int YCBCR = 6;
    private static final int NONE = -1;
    private static final int PIXEL_WORK = 8;

    private final WorkBudget budget;
    private final TiffTags tags;
    private final TiffLayout layout;
    private final int photometric;
    private final int extraSamples;
    private final int firstExtra;
    private final PixelMode mode;

    TiffSource(byte[] data, WorkBudget budget) {
        this.budget = budget;
        this.tags = new TiffTags(data);
        this.photometric = tags.number(TiffTags.PHOTOMETRIC, 0);
        this.layout = new TiffLayout(tags);
        this.extraSamples = tags.count(TiffTags.EXTRA_SAMPLES);
        this.firstExtra = tags.number(TiffTags.EXTRA_SAMPLES, NONE);
        this.mode = mode();
    }

    private PixelMode mode() {
        int bits = layout.bits();
        int colours = layout.samples() - extraSamples;
        int alpha = firstExtra;
        PixelMode found = null;
        switch (photometric) {
            case WHITE_IS_ZERO, BLACK_IS_ZERO -> {
                if (layout.samples() == 1) {
                    found = bits == 1 ? PixelMode.BILEVEL : bits == 16 ? PixelMode.GREY16 : PixelMode.GREY;
                } else if (bits == 8 && colours == 1 && photometric == BLACK_IS_ZERO && alpha == 2) {
                    found = PixelMode.GREY_ALPHA;
                }
            }
            case PALETTE -> found = layout.samples() == 1 && bits <= 8 ? PixelMode.PALETTE : null;
            case RGB -> {
                boolean opaque = (colours == 3 && alpha <= 0);
                boolean transparent = (colours == 4 && extraSamples == 0)
                        || (colours == 3 && (alpha == 2 || alpha == 999 || (alpha == 1 && bits == 8)));
                if (bits >= 8) {
                    found = opaque ? PixelMode.RGB : transparent ? PixelMode.RGBA : null;
                }
            }
            case CMYK -> found = colours == 4 && bits >= 8 && alpha <= 0 ? PixelMode.CMYK : null;
            case YCBCR -> found = colours == 3 && extraSamples == 0 && layout.isJpeg() ? PixelMode.RGB : null;
            default -> {}
        }
        if (found == null || layout.sampleFormat() != 1) {
            throw new ImageException("TIFF of photometric kind " + photometric + " with " + layout.samples()
                    + " samples of " + bits + " bits, format " + layout.sampleFormat() + ", is not supported");
        }
        return found;
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.TIFF;
    }

    @Override
    public int width() {
        return layout.width();
    }

    @Override
    public int height() {
        return layout.height();
    }

    @Override
    public int orientation() {
        int orientation = tags.number(TiffTags.ORIENTATION, 1);
        return orientation >= 1 && orientation <= 8 ? orientation : 1;
    }

    @Override
    public boolean alwaysOriented() {
        return true;
    }

    @Override
    public PixelImage decode() {
        int width = layout.width();
        int height = layout.height();
        byte[] packed;
        int bits;
        int rowBytes;
        try (TiffPixels pixels = new TiffPixels(tags, layout, photometric == YCBCR, budget)) {
            packed = pixels.read();
            bits = pixels.bits();
            rowBytes = pixels.rowBytes();
        }
        byte[] samples = budget.bytes((long) width * height * mode.bytesPerPixel());
        for (int y = 0; y < height; y++) {
            budget.spend(PIXEL_WORK);
            for (int x = 0; x < width; x += Checkpoint.PIECE) {
                int end = Math.min(width, x + Checkpoint.PIECE);
                budget.spend((long) PIXEL_WORK * (end - x));
                row(packed, y * rowBytes, bits, samples, y * width * mode.bytesPerPixel(), x, end);
            }
        }
        if (mode == PixelMode.PALETTE) {
            return PixelImage.wrapIndexed(width, height, samples, palette());
        }
        return PixelImage.wrap(mode, width, height, samples);
    }

    /**
     * Unpacks the columns {@code start} to {@code end} of the row that begins at {@code from}, and in the picture at
     * {@code to}.
     */
    private void row(byte[] packed, int from, int bits, byte[] samples, int to, int start, int end) {
        int bands = mode.bytesPerPixel();
        boolean little = tags.littleEndian();
        for (int x = start; x < end; x++) {
            if (bits == 16 && mode == PixelMode.GREY16) {
                int at = from + 2 * x * layout.samples();
                samples[to + 2 * x] = packed[little ? at : at + 1];
                samples[to + 2 * x + 1] = packed[little ? at + 1 : at];
            } else if (bits >= 8) {
                int bytes = bits / 8;
                int at = from + x * layout.samples() * bytes + (little ? bytes - 1 : 0);
                for (int band = 0; band < bands; band++) {
                    samples[to + x * bands + band] = packed[at + band * bytes];
                }
            } else {
                int bit = x * bits;
                int mask = (1 << bits) - 1;
                int value = packed[from + (bit >> 3)] >> (8 - bits - (bit & 7)) & mask;
                samples[to + x] = (byte) (mode == PixelMode.PALETTE ? value : value * (255 / mask));
            }
        }
        finish(samples, to + start * bands, (end - start) * bands);
    }

    private void finish(byte[] samples, int from, int length) {
        if (photometric == WHITE_IS_ZERO && mode != PixelMode.GREY16) {
            for (int i = from; i < from + length; i++) {
                samples[i] = (byte) ~samples[i];
            }
        }
        if (mode == PixelMode.RGBA && firstExtra == 1) {
            for (int i = from; i < from + length; i += 4) {
                straighten(samples, i);
            }
        }
    }

    /** Undoes the premultiplication of a pixel. */
    private static void straighten(byte[] samples, int i) {
        int alpha = samples[i + 3] & 0xFF;
        if (alpha == 0) {
            Arrays.fill(samples, i, i + 4, (byte) 0);
        } else if (alpha != 255) {
            for (int band = 0; band < 3; band++) {
                samples[i + band] = (byte) Math.min(255, (samples[i + band] & 0xFF) * 255 / alpha);
            }
        }
    }

    private Palette palette() {
        int each = tags.count(TiffTags.COLOUR_MAP) / 3;
        int entries = Math.min(256, each);
        if (entries == 0) {
            throw new ImageException("corrupt TIFF: palette picture without a palette");
        }
        byte[] rgb = new byte[3 * entries];
        for (int i = 0; i < entries; i++) {
            for (int band = 0; band < 3; band++) {
                rgb[3 * i + band] = (byte) (tags.value(TiffTags.COLOUR_MAP, band * each + i) >> 8);
            }
        }
        return new Palette(rgb, null);
    }
}
