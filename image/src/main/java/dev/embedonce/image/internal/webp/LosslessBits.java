package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.Bytes;

/** The bits of a lossless stream, least significant first. */
final class LosslessBits {
    private final byte[] data;
    private final int end;
    private int at;
    private long buffer;
    private int bits;

    LosslessBits(byte[] data, int at, int length) {
        Bytes.require(data, at, length, WebpSource.NAME);
        this.data = data;
        this.at = at;
        this.end = at + length;
    }

    /** Makes up to 15 bits available to {@link #peek}; zeros past the end. */
    void fill() {
        while (bits <= 48 && at < end) {
            buffer |= (data[at++] & 0xFFL) << bits;
            bits += 8;
        }
    }

    int peek(int n) {
        return (int) buffer & ((1 << n) - 1);
    }

    void skip(int n) {
        buffer >>>= n;
        bits -= n;
        if (bits < 0) {
            throw Bytes.truncated(WebpSource.NAME);
        }
    }

    /** Reads up to 24 bits. */
    int read(int n) {
        fill();
        int value = peek(n);
        skip(n);
        return value;
    }

    boolean flag() {
        return read(1) == 1;
    }
}
