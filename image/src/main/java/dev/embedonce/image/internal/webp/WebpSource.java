package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.Exif;
import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.PixelMode;
import org.jspecify.annotations.Nullable;

/** WebP: lossy with or without alpha, lossless, and the first frame of an animation on its canvas. */
// Source: RFC 9649, section 2
public final class WebpSource implements ImageSource {
    /** Raised when other pixels are decoded from the same bytes; part of the preprocessing version. */
    public static final int REVISION = 1;

    static final String NAME = "WebP";
    private static final int ALPHA_FLAG = 0x10;
    private static final int ANIMATION_FLAG = 0x02;
    private static final int NONE = -1;

    /** Types of chunks: their four letters as a number. */
    private static final int CANVAS = 'V' << 24 | 'P' << 16 | '8' << 8 | 'X';

    private static final int LOSSY = 'V' << 24 | 'P' << 16 | '8' << 8 | ' ';
    private static final int LOSSLESS = 'V' << 24 | 'P' << 16 | '8' << 8 | 'L';
    private static final int ALPHA = 'A' << 24 | 'L' << 16 | 'P' << 8 | 'H';
    private static final int FRAME = 'A' << 24 | 'N' << 16 | 'M' << 8 | 'F';
    private static final int EXIF = 'E' << 24 | 'X' << 16 | 'I' << 8 | 'F';
    private static final int XMP = 'X' << 24 | 'M' << 16 | 'P' << 8 | ' ';

    private static final int CHUNK_WORK = 60;
    private static final int TEXT_WORK = 8;
    private static final int PIXEL_WORK = 5;

    /** Where a chunk's content is. */
    private record Chunk(int at, int length) {}

    private final byte[] data;
    private final WorkBudget budget;
    private int width;
    private int height;
    private boolean extended;
    private boolean animated;
    private boolean alphaFlag;
    private int frameX;
    private int frameY;
    private int frameWidth;
    private int frameHeight;
    private Chunk lossy = new Chunk(NONE, 0);
    private Chunk lossless = new Chunk(NONE, 0);
    private Chunk alpha = new Chunk(NONE, 0);
    private int exifOrientation;
    private int xmpOrientation;

    public WebpSource(byte[] data, WorkBudget budget) {
        this.data = data;
        this.budget = budget;
        long size = (Bytes.i32le(data, 4, NAME) & 0xFFFFFFFFL) + 8;
        if (size > data.length) {
            throw Bytes.truncated(NAME);
        }
        chunks(12, (int) size, false);
        if (lossy.at() == NONE && lossless.at() == NONE) {
            throw new ImageException("corrupt WebP: no image data");
        }
        readFrameSize();
        if (!extended) {
            width = frameWidth;
            height = frameHeight;
        } else if (!animated && (width != frameWidth || height != frameHeight)) {
            throw new ImageException("corrupt WebP: a frame of " + frameWidth + "x" + frameHeight + " on a canvas of "
                    + width + "x" + height);
        }
        if (frameX > width - frameWidth || frameY > height - frameHeight) {
            throw new ImageException("corrupt WebP: the first frame lies outside of its canvas");
        }
    }

    private void chunks(int from, int end, boolean insideFrame) {
        int at = from;
        while (end - at >= 8) {
            int type = Bytes.i32be(data, at, NAME);
            budget.spend(CHUNK_WORK);
            int length = Bytes.i32le(data, at + 4, NAME);
            if (length < 0 || length > end - at - 8) {
                throw Bytes.truncated(NAME);
            }
            chunk(type, at + 8, length, insideFrame);
            at += 8 + length + (length & 1);
        }
    }

    private void chunk(int type, int at, int length, boolean insideFrame) {
        boolean first = lossy.at() == NONE && lossless.at() == NONE;
        switch (type) {
            case CANVAS -> canvas(at, length);
            case LOSSY -> lossy = first ? new Chunk(at, length) : lossy;
            case LOSSLESS -> lossless = first ? new Chunk(at, length) : lossless;
            case ALPHA -> alpha = first ? new Chunk(at, length) : alpha;
            case FRAME -> {
                if (first && !insideFrame) {
                    Bytes.require(data, at, 16, NAME);
                    frameX = 2 * u24(at);
                    frameY = 2 * u24(at + 3);
                    chunks(at + 16, at + length, true);
                }
            }
            case EXIF -> exifOrientation = Exif.orientation(data, at, length);
            case XMP -> {
                budget.reserve((long) TEXT_WORK * length);
                xmpOrientation = Exif.xmpOrientation(data, at, length, budget.checkpoint());
            }
            default -> {}
        }
    }

    private void canvas(int at, int length) {
        if (length < 10) {
            throw Bytes.truncated(NAME);
        }
        extended = true;
        animated = (data[at] & ANIMATION_FLAG) != 0;
        alphaFlag = (data[at] & ALPHA_FLAG) != 0;
        width = u24(at + 4) + 1;
        height = u24(at + 7) + 1;
    }

    private int u24(int at) {
        return Bytes.u16le(data, at, NAME) | (Bytes.u8(data, at + 2, NAME) << 16);
    }

    private void readFrameSize() {
        if (lossless.at() != NONE) {
            LosslessDecoder.Header header = LosslessDecoder.header(data, lossless.at(), lossless.length());
            frameWidth = header.width();
            frameHeight = header.height();
            alphaFlag = animated ? alphaFlag : header.alpha();
            return;
        }
        Vp8Header header = new Vp8Header(data, lossy.at(), lossy.length());
        frameWidth = header.width();
        frameHeight = header.height();
        alphaFlag |= alpha.at() != NONE;
    }

    @Override
    public ImageFormat format() {
        return ImageFormat.WEBP;
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

    @Override
    public PixelImage decode() {
        byte[] samples = lossless.at() != NONE ? decodeLossless() : decodeLossy();
        return PixelImage.wrap(alphaFlag ? PixelMode.RGBA : PixelMode.RGB, width, height, samples);
    }

    private int bands() {
        return alphaFlag ? 4 : 3;
    }

    /** Where the first sample of the frame is. */
    private int start() {
        return (frameY * width + frameX) * bands();
    }

    private byte[] canvas() {
        return budget.bytes((long) width * height * bands());
    }

    private byte[] decodeLossless() {
        int[] argb = LosslessDecoder.decode(data, lossless.at(), lossless.length(), budget);
        byte[] samples = canvas();
        int bands = bands();
        for (int y = 0; y < frameHeight; y++) {
            budget.spend((long) PIXEL_WORK * frameWidth);
            store(argb, y * frameWidth, samples, start() + y * width * bands, bands);
        }
        return samples;
    }

    private byte[] decodeLossy() {
        byte[] plane = alphaFlag && alpha.at() != NONE
                ? AlphaPlane.decode(data, alpha.at(), alpha.length(), frameWidth, frameHeight, budget)
                : null;
        Vp8Frame frame = new Vp8Decoder(data, lossy.at(), lossy.length(), budget).decode();
        byte[] samples = canvas();
        new Vp8ToRgb(frame).convert(samples, start(), bands(), width * bands(), budget);
        if (alphaFlag) {
            storeAlpha(plane, samples, start());
        }
        return samples;
    }

    private void store(int[] argb, int from, byte[] samples, int to, int bands) {
        int at = to;
        for (int x = 0; x < frameWidth; x++) {
            int pixel = argb[from + x];
            samples[at] = (byte) (pixel >> 16);
            samples[at + 1] = (byte) (pixel >> 8);
            samples[at + 2] = (byte) pixel;
            if (bands == 4) {
                samples[at + 3] = (byte) (pixel >>> 24);
            }
            at += bands;
        }
    }

    private void storeAlpha(byte @Nullable [] plane, byte[] samples, int start) {
        for (int y = 0; y < frameHeight; y++) {
            budget.spend((long) PIXEL_WORK * frameWidth);
            int at = start + y * width * 4 + 3;
            for (int x = 0; x < frameWidth; x++, at += 4) {
                samples[at] = plane == null ? (byte) 255 : plane[y * frameWidth + x];
            }
        }
    }
}
