package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;
import java.util.Arrays;

/** A canonical prefix code of up to 15 bits, looked up by the next 8 bits, then walked. */
// Source: RFC 9649, section 3.7.2.1
final class PrefixCode {
    private static final int LOOK = 8;
    private static final int MAX_LENGTH = 15;
    private static final int[] LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private static final int DEFINITION_WORK = 200;
    private static final int LENGTH_WORK = 4;
    private static final int TABLE_WORK = 1500;
    /** About the memory of a code, without its symbols. */
    private static final int TABLE_BYTES = 1500;

    /** Indexed by the next bits, in reading order: {@code (length << 16) | symbol}; 0 if the code is longer. */
    private final int[] table = new int[1 << LOOK];

    private final int[] firstCode = new int[MAX_LENGTH + 2];
    private final int[] firstIndex = new int[MAX_LENGTH + 2];
    private final int[] counts = new int[MAX_LENGTH + 2];
    private final int[] symbols;
    /** The symbol of a code that has only one and takes no bits, or -1. */
    private int only = -1;

    /** The code whose first {@code size} symbols have these lengths, 0 for none. */
    PrefixCode(int[] lengths, int size) {
        int used = 0;
        for (int symbol = 0; symbol < size; symbol++) {
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
            throw incomplete();
        }
        int[] next = firstIndex.clone();
        for (int symbol = 0; symbol < size; symbol++) {
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

    /**
     * Reads the definition of a code over {@code size} symbols.
     *
     * @param lengths room for that many numbers
     */
    static PrefixCode define(LosslessBits in, int[] lengths, int size, WorkBudget budget) {
        read(in, lengths, size, budget);
        budget.spend(TABLE_WORK);
        budget.hold(TABLE_BYTES + 4L * size);
        return new PrefixCode(lengths, size);
    }

    /** Skips the definition of a code that nothing uses; it must be valid all the same. */
    static void skip(LosslessBits in, int[] lengths, int size, WorkBudget budget) {
        read(in, lengths, size, budget);
        int used = 0;
        int code = 0;
        for (int symbol = 0; symbol < size; symbol++) {
            if (lengths[symbol] > 0) {
                used++;
                code += 1 << (MAX_LENGTH - lengths[symbol]);
            }
        }
        if (used != 1 && code != 1 << MAX_LENGTH) {
            throw incomplete();
        }
    }

    private static void read(LosslessBits in, int[] lengths, int size, WorkBudget budget) {
        budget.spend(DEFINITION_WORK + size);
        Arrays.fill(lengths, 0, size, 0);
        if (in.flag()) {
            boolean two = in.flag();
            setSimple(lengths, size, in.read(in.flag() ? 8 : 1));
            if (two) {
                setSimple(lengths, size, in.read(8));
            }
            return;
        }
        budget.spend(TABLE_WORK + (long) LENGTH_WORK * size);
        int[] lengthLengths = new int[LENGTH_ORDER.length];
        int given = in.read(4) + 4;
        for (int i = 0; i < given; i++) {
            lengthLengths[LENGTH_ORDER[i]] = in.read(3);
        }
        readLengths(in, new PrefixCode(lengthLengths, lengthLengths.length), lengths, size);
    }

    private static ImageException incomplete() {
        return new ImageException("corrupt WebP: incomplete prefix code");
    }

    private static void setSimple(int[] lengths, int size, int symbol) {
        if (symbol >= size) {
            throw new ImageException("corrupt WebP: symbol " + symbol + " of " + size);
        }
        lengths[symbol] = 1;
    }

    private static void readLengths(LosslessBits in, PrefixCode code, int[] lengths, int size) {
        int left = in.flag() ? 2 + in.read(2 + 2 * in.read(3)) : size;
        int previous = 8;
        int symbol = 0;
        while (symbol < size && left-- > 0) {
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
            if (repeat > size - symbol) {
                throw new ImageException("corrupt WebP: too many code lengths");
            }
            for (int i = 0; i < repeat; i++) {
                lengths[symbol++] = length == 16 ? previous : 0;
            }
        }
    }
}
