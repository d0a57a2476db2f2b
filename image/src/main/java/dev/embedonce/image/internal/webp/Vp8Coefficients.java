package dev.embedonce.image.internal.webp;

import java.util.Arrays;

/** Reads the coefficients of macroblocks, dequantised, and keeps the contexts for their neighbours. */
// Source: RFC 6386, sections 13 and 14.3
final class Vp8Coefficients {
    private static final int[] ZIGZAG = {0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15};
    /** Indexed by the position of the coefficient; one more entry for the position after the last. */
    private static final int[] BAND = {0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0};

    private static final int[][] EXTRA = {
        {173, 148, 140},
        {176, 155, 140, 135},
        {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
    };
    private static final int LUMA_AFTER_SECOND = 0;
    private static final int SECOND = 1;
    private static final int CHROMA = 2;
    private static final int LUMA = 3;
    /** Contexts of a macroblock: 4 of luma, 2 of each chroma, 1 of the second-order block. */
    private static final int CONTEXTS = 9;

    private static final int SECOND_CONTEXT = 8;

    private final int[] probabilities;
    private final int[] above;
    private final int[] left = new int[CONTEXTS];
    /** 16 luma blocks, 4 blue, 4 red, of 16 coefficients each in natural order. */
    private final short[] values = new short[24 * 16];

    private final short[] second = new short[16];

    Vp8Coefficients(int across, int[] probabilities) {
        this.probabilities = probabilities;
        this.above = new int[CONTEXTS * across];
    }

    void startRow() {
        Arrays.fill(left, 0);
    }

    short[] values() {
        return values;
    }

    /** Notes a macroblock without coefficients. */
    void skip(int x, boolean hasSecond) {
        int contexts = hasSecond ? CONTEXTS : CONTEXTS - 1;
        Arrays.fill(above, CONTEXTS * x, CONTEXTS * x + contexts, 0);
        Arrays.fill(left, 0, contexts, 0);
    }

    /** Reads a macroblock's coefficients; returns whether there are any. */
    boolean read(BoolDecoder in, int x, boolean hasSecond, Vp8Quantizer quantizer) {
        Arrays.fill(values, (short) 0);
        int top = CONTEXTS * x;
        if (hasSecond) {
            Arrays.fill(second, (short) 0);
            int context = above[top + SECOND_CONTEXT] + left[SECOND_CONTEXT];
            int n = block(in, SECOND, context, 0, quantizer.secondDc, quantizer.secondAc, second, 0);
            above[top + SECOND_CONTEXT] = n > 0 ? 1 : 0;
            left[SECOND_CONTEXT] = n > 0 ? 1 : 0;
            spreadSecond();
        }
        int first = hasSecond ? 1 : 0;
        boolean any = group(
                in, hasSecond ? LUMA_AFTER_SECOND : LUMA, top, 0, 4, first, quantizer.lumaDc, quantizer.lumaAc, 0);
        any |= group(in, CHROMA, top, 4, 2, 0, quantizer.chromaDc, quantizer.chromaAc, 16);
        any |= group(in, CHROMA, top, 6, 2, 0, quantizer.chromaDc, quantizer.chromaAc, 20);
        return any;
    }

    private boolean group(
            BoolDecoder in, int type, int top, int context, int side, int first, int dc, int ac, int firstBlock) {
        boolean any = false;
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                int up = top + context + column;
                int at = 16 * (firstBlock + row * side + column);
                int n = block(in, type, above[up] + left[context + row], first, dc, ac, values, at);
                above[up] = n > first ? 1 : 0;
                left[context + row] = above[up];
                any |= n > 1 || values[at] != 0;
            }
        }
        return any;
    }

    /**
     * Reads one block from coefficient {@code first} on; returns one more than the position of the last that was sent.
     */
    private int block(BoolDecoder in, int type, int context, int first, int dc, int ac, short[] out, int at) {
        int node = node(type, first, context);
        for (int n = first; n < 16; ) {
            if (in.bit(probabilities[node]) == 0) {
                return n;
            }
            while (in.bit(probabilities[node + 1]) == 0) {
                n++;
                if (n == 16) {
                    return 16;
                }
                node = node(type, n, 0);
            }
            int value = in.bit(probabilities[node + 2]) == 0 ? 1 : large(in, node);
            int signed = in.bit(128) == 1 ? -value : value;
            out[at + ZIGZAG[n]] = (short) (signed * (n > 0 ? ac : dc));
            n++;
            node = node(type, n, value == 1 ? 1 : 2);
        }
        return 16;
    }

    private static int node(int type, int position, int context) {
        return ((type * Vp8Tables.BANDS + BAND[position]) * Vp8Tables.CONTEXTS + context) * Vp8Tables.NODES;
    }

    private int large(BoolDecoder in, int node) {
        if (in.bit(probabilities[node + 3]) == 0) {
            if (in.bit(probabilities[node + 4]) == 0) {
                return 2;
            }
            return 3 + in.bit(probabilities[node + 5]);
        }
        if (in.bit(probabilities[node + 6]) == 0) {
            if (in.bit(probabilities[node + 7]) == 0) {
                return 5 + in.bit(159);
            }
            int high = in.bit(165);
            return 7 + 2 * high + in.bit(145);
        }
        int high = in.bit(probabilities[node + 8]);
        int category = 2 * high + in.bit(probabilities[node + 9 + high]);
        int value = 0;
        for (int probability : EXTRA[category]) {
            value = 2 * value + in.bit(probability);
        }
        return value + 3 + (8 << category);
    }

    /** The inverse Walsh-Hadamard transform: its results are the first coefficients of the luma blocks. */
    private void spreadSecond() {
        int[] half = new int[16];
        for (int i = 0; i < 4; i++) {
            int outer = second[i] + second[12 + i];
            int inner = second[4 + i] + second[8 + i];
            int innerDifference = second[4 + i] - second[8 + i];
            int outerDifference = second[i] - second[12 + i];
            half[i] = outer + inner;
            half[4 + i] = outerDifference + innerDifference;
            half[8 + i] = outer - inner;
            half[12 + i] = outerDifference - innerDifference;
        }
        for (int i = 0; i < 4; i++) {
            int first = half[4 * i] + 3;
            int outer = first + half[4 * i + 3];
            int inner = half[4 * i + 1] + half[4 * i + 2];
            int innerDifference = half[4 * i + 1] - half[4 * i + 2];
            int outerDifference = first - half[4 * i + 3];
            int at = 64 * i;
            values[at] = (short) ((outer + inner) >> 3);
            values[at + 16] = (short) ((outerDifference + innerDifference) >> 3);
            values[at + 32] = (short) ((outer - inner) >> 3);
            values[at + 48] = (short) ((outerDifference - innerDifference) >> 3);
        }
    }
}
