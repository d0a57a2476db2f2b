package dev.embedonce.image.internal.format;

import dev.embedonce.image.internal.Bytes;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.ImageException;

/**
 * Decodes the fax compression of one strip or tile: modified Huffman, group 3 in one or two dimensions, group 4. Not
 * thread-safe.
 */
// Source: ITU-T T.4 and T.6; TIFF 6.0, sections 10 and 11
final class FaxDecoder {
    static final int MODIFIED_HUFFMAN = 2;
    static final int GROUP_3 = 3;
    static final int GROUP_4 = 4;

    private static final int TWO_DIMENSIONS = 1;
    private static final int END_OF_LINE_ZEROS = 11;

    /** What a code costs. */
    private static final int CODE_WORK = 15;

    /** What a fill bit costs. */
    private static final int FILL_WORK = 3;

    private final byte[] data;
    private final long end;
    private final boolean reversed;
    private final int width;
    private final WorkBudget budget;
    private long at;

    /**
     * The positions at which the colour changes in the row above and in this one, starting from white; the width
     * follows four times.
     */
    private int[] above;

    private int[] row;
    private int changes;

    /**
     * A decoder of the {@code length} bytes at {@code from}.
     *
     * @param reversed whether the lowest bit of a byte comes first
     * @param width of the rows, in pixels
     */
    FaxDecoder(byte[] data, int from, int length, boolean reversed, int width, WorkBudget budget) {
        Bytes.require(data, from, length, "TIFF");
        this.data = data;
        this.at = 8L * from;
        this.end = 8L * (from + length);
        this.reversed = reversed;
        this.width = width;
        this.budget = budget;
        this.above = budget.ints(width + 5L);
        this.row = budget.ints(width + 5L);
        endRow();
    }

    /** Sets the black pixels of {@code rows} rows in {@code target}, which is all white. */
    void decode(int compression, int options, int rows, byte[] target, int rowBytes) {
        for (int y = 0; y < rows; y++) {
            budget.spend(CODE_WORK);
            int[] swap = above;
            above = row;
            row = swap;
            changes = 0;
            boolean twoDimensions = compression == GROUP_4;
            if (compression == MODIFIED_HUFFMAN) {
                at = (at + 7) / 8 * 8;
            } else if (compression == GROUP_3 && skipEndOfLine() && (options & TWO_DIMENSIONS) != 0) {
                twoDimensions = bits(1) == 0;
                at++;
            }
            if (twoDimensions) {
                decodeTwoDimensions();
            } else {
                decodeRuns();
            }
            if (at > end) {
                throw Bytes.truncated("TIFF");
            }
            endRow();
            paint(target, y * rowBytes);
        }
    }

    private void endRow() {
        for (int i = 0; i < 4; i++) {
            row[changes + i] = width;
        }
    }

    /** The next {@code n} bits, up to {@link FaxCodes#LOOK}; zeros after the end. */
    private int bits(int n) {
        int first = (int) (at >> 3);
        int three = octet(first) << 16 | octet(first + 1) << 8 | octet(first + 2);
        return three >> (24 - n - (int) (at & 7)) & ((1 << n) - 1);
    }

    private int octet(int index) {
        if (8L * index >= end) {
            return 0;
        }
        int value = data[index] & 0xFF;
        return reversed ? Integer.reverse(value) >>> 24 : value;
    }

    /** Skips an end-of-line code and the fill bits before it, if one is next. */
    private boolean skipEndOfLine() {
        if (bits(END_OF_LINE_ZEROS) != 0) {
            return false;
        }
        while (bits(1) == 0) {
            if (at >= end) {
                throw Bytes.truncated("TIFF");
            }
            budget.spend(FILL_WORK);
            at++;
        }
        at++;
        return true;
    }

    private void decodeRuns() {
        int x = 0;
        for (boolean black = false; x < width; black = !black) {
            x += run(black);
            change(x);
        }
    }

    private int run(boolean black) {
        FaxCodes codes = black ? FaxCodes.BLACK : FaxCodes.WHITE;
        int sum = 0;
        int run;
        do {
            budget.spend(CODE_WORK);
            int entry = codes.find(bits(FaxCodes.LOOK));
            if (entry == FaxCodes.NONE) {
                throw invalid();
            }
            at += FaxCodes.length(entry);
            run = FaxCodes.run(entry);
            sum = Math.min(width, sum + run);
        } while (run >= 64);
        return sum;
    }

    /** Notes that the colour changes at {@code x}, which is not left of the previous change. */
    private void change(int x) {
        if (changes > width) {
            throw invalid(); // more empty runs than there are pixels
        }
        row[changes++] = Math.min(x, width);
    }

    private void decodeTwoDimensions() {
        int x = 0;
        int near = 0;
        boolean black = false;
        boolean start = true;
        while (x < width) {
            budget.spend(CODE_WORK);
            int entry = FaxCodes.MODES.find(bits(FaxCodes.LOOK));
            if (entry == FaxCodes.NONE) {
                throw invalid();
            }
            at += FaxCodes.length(entry);
            // the first change to the other colour in the row above that is right of here; at the start it may be here
            near = near > 0 ? near - 1 : 0;
            near += (near & 1) == (black ? 1 : 0) ? 0 : near > 0 ? -1 : 1;
            while (above[near] < width && (start ? above[near] < x : above[near] <= x)) {
                near += 2;
                budget.spend(1);
            }
            int mode = FaxCodes.mode(entry);
            if (mode == FaxCodes.PASS) {
                x = above[near + 1];
            } else if (mode == FaxCodes.HORIZONTAL) {
                x += run(black);
                change(x);
                x += run(!black);
                change(x);
            } else {
                int to = above[near] + mode;
                if (to < x) {
                    throw invalid();
                }
                x = to;
                change(x);
                black = !black;
            }
            start = false;
        }
    }

    private void paint(byte[] target, int offset) {
        for (int i = 0; i + 1 <= changes; i += 2) {
            fill(target, offset, row[i], row[i + 1]);
        }
    }

    private static void fill(byte[] target, int offset, int from, int to) {
        int x = from;
        for (; x < to && (x & 7) != 0; x++) {
            target[offset + (x >> 3)] |= (byte) (0x80 >> (x & 7));
        }
        for (; x + 8 <= to; x += 8) {
            target[offset + (x >> 3)] = -1;
        }
        for (; x < to; x++) {
            target[offset + (x >> 3)] |= (byte) (0x80 >> (x & 7));
        }
    }

    private static ImageException invalid() {
        return new ImageException("corrupt TIFF: invalid fax code");
    }
}
