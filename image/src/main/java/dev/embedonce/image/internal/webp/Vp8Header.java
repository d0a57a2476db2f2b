package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.pixel.ImageException;

/** The uncompressed start of a VP8 key frame. */
// Source: RFC 6386, section 9.1
final class Vp8Header {
    static final int LENGTH = 10;

    private final int width;
    private final int height;
    private final int firstPartition;

    Vp8Header(byte[] data, int at, int length) {
        if (length < LENGTH) {
            throw Bytes.truncated(WebpSource.NAME);
        }
        int bits = Bytes.u16le(data, at, WebpSource.NAME) | (Bytes.u8(data, at + 2, WebpSource.NAME) << 16);
        boolean start = (data[at + 3] & 0xFF) == 0x9D && data[at + 4] == 1 && data[at + 5] == 0x2A;
        if (!start || (bits & 1) != 0 || ((bits >> 1) & 7) > 3 || ((bits >> 4) & 1) == 0) {
            throw new ImageException("corrupt WebP: its lossy data is no visible key frame");
        }
        firstPartition = bits >> 5;
        width = Bytes.u16le(data, at + 6, WebpSource.NAME) & 0x3FFF;
        height = Bytes.u16le(data, at + 8, WebpSource.NAME) & 0x3FFF;
        if (width == 0 || height == 0) {
            throw new ImageException("corrupt WebP: size " + width + "x" + height);
        }
        if (firstPartition > length - LENGTH) {
            throw Bytes.truncated(WebpSource.NAME);
        }
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Bytes of the partition that follows. */
    int firstPartition() {
        return firstPartition;
    }
}
