package dev.embedonce.image.internal.webp;

/** The boolean entropy decoder of VP8. Zeros follow the end; {@link #ended()} says whether they were needed. */
// Source: RFC 6386, section 7
final class BoolDecoder {
    private final byte[] data;
    private final int end;
    private int at;
    private long value;
    /** Bits of {@code value} below the eight that are compared. */
    private int bits = -8;

    private int range = 255;
    private boolean ended;

    BoolDecoder(byte[] data, int at, int length) {
        this.data = data;
        this.at = at;
        this.end = at + length;
    }

    /** One bit whose probability of being 0 is {@code probability / 256}. */
    int bit(int probability) {
        if (bits < 0) {
            fill();
        }
        int split = 1 + (((range - 1) * probability) >> 8);
        long bigSplit = (long) split << bits;
        int bit;
        if (value >= bigSplit) {
            range -= split;
            value -= bigSplit;
            bit = 1;
        } else {
            range = split;
            bit = 0;
        }
        int shift = Integer.numberOfLeadingZeros(range) - 24;
        range <<= shift;
        bits -= shift;
        return bit;
    }

    private void fill() {
        while (bits < 40 && at < end) {
            value = (value << 8) | (data[at++] & 0xFF);
            bits += 8;
        }
        if (bits < 0) {
            value <<= 8;
            bits += 8;
            ended = true;
        }
    }

    boolean flag() {
        return bit(128) == 1;
    }

    /** An unsigned number of {@code n} bits. */
    int number(int n) {
        int result = 0;
        for (int i = 0; i < n; i++) {
            result = (result << 1) | bit(128);
        }
        return result;
    }

    /** A number of {@code n} bits and a sign, if a flag says so, else 0. */
    int optional(int n) {
        if (!flag()) {
            return 0;
        }
        int magnitude = number(n);
        return flag() ? -magnitude : magnitude;
    }

    /** Whether more bits were read than there are. */
    boolean ended() {
        return ended;
    }
}
