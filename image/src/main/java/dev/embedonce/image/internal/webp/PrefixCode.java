package dev.embedonce.image.internal.webp;

import dev.embedonce.image.ImageException;

/** A canonical prefix code of up to 15 bits, looked up by the next 8 bits, then walked. */
// Source: RFC 9649, section 3.7.2.1
final class PrefixCode {
    private static final int LOOK = 8;
    private static final int MAX_LENGTH = 15;
    private static final int[] LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    /** By the next bits, in reading order: {@code (length << 16) | symbol}; 0 if the code is longer. */
    private final int[] table = new int[1 << LOOK];

    private final int[] firstCode = new int[MAX_LENGTH + 2];
    private final int[] firstIndex = new int[MAX_LENGTH + 2];
    private final int[] counts = new int[MAX_LENGTH + 2];
    private final int[] symbols;
    /** The symbol of a code that has only one and takes no bits, or -1. */
    private int only = -1;

    PrefixCode(int[] lengths) {
        int used = 0;
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            if (lengths[symbol] > 0) {
                counts[lengths[symbol]]++;
                only = symbol;
                used++;
            }
        }
        symbols = new int[used];
        if (used == 1) {
            return;
        }
        only = -1;
        int code = 0;
        int index = 0;
        for (int length = 1; length <= MAX_LENGTH; length++) {
            code <<= 1;
            firstCode[length] = code;
            firstIndex[length] = index;
            code += counts[length];
            index += counts[length];
        }
        if (used == 0 || code != 1 << MAX_LENGTH) {
            throw new ImageException("corrupt WebP: incomplete prefix code");
        }
        int[] next = firstIndex.clone();
        for (int symbol = 0; symbol < lengths.length; symbol++) {
            int length = lengths[symbol];
            if (length > 0) {
                int at = next[length]++;
                symbols[at] = symbol;
                if (length <= LOOK) {
                    spread(firstCode[length] + at - firstIndex[length], length, symbol);
                }
            }
        }
    }

    private void spread(int code, int length, int symbol) {
        int reversed = Integer.reverse(code) >>> (32 - length);
        for (int i = reversed; i < table.length; i += 1 << length) {
            table[i] = (length << 16) | symbol;
        }
    }

    int read(LosslessBits in) {
        if (only >= 0) {
            return only;
        }
        in.fill();
        int entry = table[in.peek(LOOK)];
        if (entry != 0) {
            in.skip(entry >> 16);
            return entry & 0xFFFF;
        }
        int reversed = Integer.reverse(in.peek(MAX_LENGTH)) >>> (32 - MAX_LENGTH);
        for (int length = LOOK + 1; length <= MAX_LENGTH; length++) {
            int offset = (reversed >> (MAX_LENGTH - length)) - firstCode[length];
            if (offset < counts[length]) {
                in.skip(length);
                return symbols[firstIndex[length] + offset];
            }
        }
        throw new ImageException("corrupt WebP: invalid prefix code");
    }

    /** Reads the definition of a code over {@code size} symbols. */
    static PrefixCode define(LosslessBits in, int size) {
        int[] lengths = new int[size];
        if (in.flag()) {
            boolean two = in.flag();
            setSimple(lengths, in.read(in.flag() ? 8 : 1));
            if (two) {
                setSimple(lengths, in.read(8));
            }
            return new PrefixCode(lengths);
        }
        int[] lengthLengths = new int[LENGTH_ORDER.length];
        int given = in.read(4) + 4;
        for (int i = 0; i < given; i++) {
            lengthLengths[LENGTH_ORDER[i]] = in.read(3);
        }
        readLengths(in, new PrefixCode(lengthLengths), lengths);
        return new PrefixCode(lengths);
    }

    private static void setSimple(int[] lengths, int symbol) {
        if (symbol >= lengths.length) {
            throw new ImageException("corrupt WebP: symbol " + symbol + " of " + lengths.length);
        }
        lengths[symbol] = 1;
    }

    private static void readLengths(LosslessBits in, PrefixCode code, int[] lengths) {
        int left = in.flag() ? 2 + in.read(2 + 2 * in.read(3)) : lengths.length;
        int previous = 8;
        int symbol = 0;
        while (symbol < lengths.length && left-- > 0) {
            int length = code.read(in);
            if (length < 16) {
                lengths[symbol++] = length;
                previous = length == 0 ? previous : length;
                continue;
            }
            int repeat = switch (length) {
                case 16 -> 3 + in.read(2);
                case 17 -> 3 + in.read(3);
                default -> 11 + in.read(7);
            };
            if (repeat > lengths.length - symbol) {
                throw new ImageException("corrupt WebP: too many code lengths");
            }
            for (int i = 0; i < repeat; i++) {
                lengths[symbol++] = length == 16 ? previous : 0;
            }
        }
    }
}
