package dev.embedonce.image.internal.webp;

import dev.embedonce.image.internal.webp.Vp8Frame.Plane;
import org.jspecify.annotations.Nullable;

/** Predicts macroblocks from their neighbours and adds the transformed coefficients. */
// Source: RFC 6386, sections 12 and 14.4
final class Vp8Predictor {
    private static final int VERTICAL = 2;
    private static final int HORIZONTAL = 3;

    private final Vp8Frame frame;
    private final int[] modes = new int[16];
    /** Neighbours of a subblock: 0-3 left from below, 4 corner, 5-12 above and above right. */
    private final int[] edge = new int[13];

    private final int[] work = new int[16];

    Vp8Predictor(Vp8Frame frame) {
        this.frame = frame;
    }

    /** To be filled before {@link #reconstruct}: sixteen subblock modes, or the one luma mode first. */
    int[] modes() {
        return modes;
    }

    void reconstruct(int x, int y, boolean subblocks, int chromaMode, short @Nullable [] coefficients) {
        if (subblocks) {
            subblocks(x, y, coefficients);
        } else {
            block(frame.luma, x, y, 16, modes[0]);
            for (int i = 0; coefficients != null && i < 16; i++) {
                add(frame.luma, frame.luma.at(16 * x + 4 * (i & 3), 16 * y + 4 * (i >> 2)), coefficients, 16 * i);
            }
        }
        chroma(frame.blue, x, y, chromaMode, coefficients, 16);
        chroma(frame.red, x, y, chromaMode, coefficients, 20);
    }

    private void chroma(Plane plane, int x, int y, int mode, short @Nullable [] coefficients, int firstBlock) {
        block(plane, x, y, 8, mode);
        for (int i = 0; coefficients != null && i < 4; i++) {
            add(plane, plane.at(8 * x + 4 * (i & 1), 8 * y + 4 * (i >> 1)), coefficients, 16 * (firstBlock + i));
        }
    }

    private static void block(Plane plane, int x, int y, int size, int mode) {
        byte[] samples = plane.samples;
        int stride = plane.stride;
        int at = plane.at(size * x, size * y);
        int flat = mode == 0 ? average(plane, at, size, x > 0, y > 0) : 0;
        int corner = samples[at - stride - 1] & 0xFF;
        for (int row = 0; row < size; row++) {
            int start = at + row * stride;
            int left = samples[start - 1] & 0xFF;
            for (int column = 0; column < size; column++) {
                int above = samples[at - stride + column] & 0xFF;
                int value = switch (mode) {
                    case 0 -> flat;
                    case VERTICAL -> above;
                    case HORIZONTAL -> left;
                    default -> clamp(left + above - corner);
                };
                samples[start + column] = (byte) value;
            }
        }
    }

    private static int average(Plane plane, int at, int size, boolean hasLeft, boolean hasAbove) {
        int sum = 0;
        int count = 0;
        for (int i = 0; hasLeft && i < size; i++, count++) {
            sum += plane.samples[at + i * plane.stride - 1] & 0xFF;
        }
        for (int i = 0; hasAbove && i < size; i++, count++) {
            sum += plane.samples[at - plane.stride + i] & 0xFF;
        }
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    private void subblocks(int x, int y, short @Nullable [] coefficients) {
        Plane plane = frame.luma;
        for (int i = 0; i < 16; i++) {
            int at = plane.at(16 * x + 4 * (i & 3), 16 * y + 4 * (i >> 2));
            readEdge(plane, at, x, y, i);
            subblock(plane, at, modes[i]);
            if (coefficients != null) {
                add(plane, at, coefficients, 16 * i);
            }
        }
    }

    /**
     * The four samples above and to the right of the rightmost subblocks are the ones above the macroblock for all four
     * rows: the lower neighbours there are not decoded yet. Beyond the last macroblock the last sample above is
     * repeated.
     */
    private void readEdge(Plane plane, int at, int x, int y, int subblock) {
        byte[] samples = plane.samples;
        int stride = plane.stride;
        for (int i = 0; i < 4; i++) {
            edge[3 - i] = samples[at + i * stride - 1] & 0xFF;
        }
        for (int i = 4; i < 9; i++) {
            edge[i] = samples[at - stride + i - 5] & 0xFF;
        }
        boolean rightmost = (subblock & 3) == 3;
        int corner = rightmost ? plane.at(16 * x + 16, 16 * y - 1) : at - stride + 4;
        boolean outside = rightmost && x == frame.across - 1;
        for (int i = 0; i < 4; i++) {
            edge[9 + i] = outside ? (y == 0 ? 127 : samples[corner - 1] & 0xFF) : samples[corner + i] & 0xFF;
        }
    }

    private void subblock(Plane plane, int at, int mode) {
        int[] e = edge;
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 4; column++) {
                int value = switch (mode) {
                    case 0 -> (e[0] + e[1] + e[2] + e[3] + e[5] + e[6] + e[7] + e[8] + 4) >> 3;
                    case 1 -> clamp(e[3 - row] + e[5 + column] - e[4]);
                    case 2 -> smooth(4 + column);
                    case 3 -> row == 3 ? (e[1] + 3 * e[0] + 2) >> 2 : smooth(2 - row);
                    case 4 -> smooth(3 - row + column);
                    case 5 -> verticalRight(row, column);
                    case 6 -> row + column == 6 ? (e[11] + 3 * e[12] + 2) >> 2 : smooth(5 + row + column);
                    case 7 -> verticalLeft(row, column);
                    case 8 -> horizontalDown(row, column);
                    default -> horizontalUp(row, column);
                };
                plane.samples[at + row * plane.stride + column] = (byte) value;
            }
        }
    }

    /** Weighted mean of three neighbours on the edge, from {@code i} on. */
    private int smooth(int i) {
        return (edge[i] + 2 * edge[i + 1] + edge[i + 2] + 2) >> 2;
    }

    private int mean(int i) {
        return (edge[i] + edge[i + 1] + 1) >> 1;
    }

    private int verticalRight(int row, int column) {
        int shift = column - row / 2;
        if (shift < 0) {
            return smooth(row == 3 ? 1 : 2);
        }
        return (row & 1) == 0 ? mean(4 + shift) : smooth(3 + shift);
    }

    private int verticalLeft(int row, int column) {
        if (column == 3 && row >= 2) {
            return smooth(row == 2 ? 9 : 10);
        }
        int shift = column + row / 2;
        return (row & 1) == 0 ? mean(5 + shift) : smooth(5 + shift);
    }

    private int horizontalDown(int row, int column) {
        int shift = row - column / 2;
        if (shift < 0) {
            return smooth(column == 3 ? 5 : 4);
        }
        return (column & 1) == 0 ? mean(3 - shift) : smooth(3 - shift);
    }

    private int horizontalUp(int row, int column) {
        int place = 2 * row + column;
        if (place > 5) {
            return edge[0];
        }
        if (place == 5) {
            return (edge[1] + 3 * edge[0] + 2) >> 2;
        }
        int i = 2 - place / 2;
        return (place & 1) == 0 ? mean(i) : smooth(i - 1);
    }

    /** Adds the inverse transform of the 16 coefficients at {@code from}. */
    private void add(Plane plane, int at, short[] c, int from) {
        for (int i = 0; i < 4; i++) {
            int a = c[from + i] + c[from + 8 + i];
            int b = c[from + i] - c[from + 8 + i];
            int low = narrow(c[from + 4 + i]) - wide(c[from + 12 + i]);
            int high = wide(c[from + 4 + i]) + narrow(c[from + 12 + i]);
            work[i] = a + high;
            work[4 + i] = b + low;
            work[8 + i] = b - low;
            work[12 + i] = a - high;
        }
        for (int row = 0; row < 4; row++) {
            int i = 4 * row;
            int a = work[i] + 4 + work[i + 2];
            int b = work[i] + 4 - work[i + 2];
            int low = narrow(work[i + 1]) - wide(work[i + 3]);
            int high = wide(work[i + 1]) + narrow(work[i + 3]);
            int to = at + row * plane.stride;
            addTo(plane.samples, to, a + high);
            addTo(plane.samples, to + 1, b + low);
            addTo(plane.samples, to + 2, b - low);
            addTo(plane.samples, to + 3, a - high);
        }
    }

    /** Times the square root of 2 times the cosine of pi / 8. */
    private static int wide(int value) {
        return ((value * 20091) >> 16) + value;
    }

    /** Times the square root of 2 times the sine of pi / 8. */
    private static int narrow(int value) {
        return (value * 35468) >> 16;
    }

    private static void addTo(byte[] samples, int at, int residual) {
        samples[at] = (byte) clamp((samples[at] & 0xFF) + (residual >> 3));
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
