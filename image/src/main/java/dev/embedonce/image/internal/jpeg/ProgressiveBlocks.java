package dev.embedonce.image.internal.jpeg;

import org.jspecify.annotations.Nullable;

/** The four kinds of progressive scan, block by block. Coefficients are kept in natural order, not dequantised. */
// Source: ITU-T T.81, annex G
final class ProgressiveBlocks {
    private final BitReader in;
    private final int from;
    private final int to;
    private final int high;
    private final int low;
    private int endOfBandRun;

    ProgressiveBlocks(BitReader in, int from, int to, int approximation) {
        this.in = in;
        this.from = from;
        this.to = to;
        this.high = approximation >> 4;
        this.low = approximation & 0xF;
    }

    boolean needsDcTable() {
        return from == 0 && high == 0;
    }

    boolean needsAcTable() {
        return from > 0;
    }

    /** How many coefficients of each block are visited even if the scan has no bits for them. */
    int walked() {
        return high == 0 || from == 0 ? 0 : to - from + 1;
    }

    void restart() {
        endOfBandRun = 0;
    }

    /** Checks that this scan may follow the earlier ones of {@code component}, and notes it. */
    void check(JpegComponent component, int componentsInScan) {
        boolean band = from == 0 ? to == 0 : to >= from && to < 64 && componentsInScan == 1;
        if (!band || low > 13 || (high != 0 && high != low + 1)) {
            throw JpegHeader.corrupt("progressive scan " + from + "-" + to + ", bits " + high + "-" + low);
        }
        for (int k = from; k <= to; k++) {
            component.missingBits[k] = low;
        }
    }

    void decode(JpegComponent component, int at, @Nullable HuffmanTable dc, @Nullable HuffmanTable ac) {
        if (from == 0) {
            if (high != 0) {
                in.fill();
                component.coefficients[at] |= (short) (in.read(1) << low);
            } else if (dc != null) {
                component.lastDc += ScanDecoder.difference(in, dc);
                component.coefficients[at] = (short) (component.lastDc << low);
            }
        } else if (ac != null) {
            if (high == 0) {
                firstAc(component.coefficients, at, ac);
            } else {
                refineAc(component.coefficients, at, ac);
            }
        }
    }

    private void firstAc(short[] coefficients, int at, HuffmanTable ac) {
        if (endOfBandRun > 0) {
            endOfBandRun--;
            return;
        }
        for (int k = from; k <= to; k++) {
            in.fill();
            int symbol = ac.decode(in);
            int run = symbol >> 4;
            int size = symbol & 0xF;
            if (size == 0) {
                if (run < 15) {
                    endOfBandRun = (1 << run) - 1 + in.read(run);
                    return;
                }
                k += 15;
            } else {
                k += run;
                if (k > 63) {
                    throw JpegHeader.corrupt("too many coefficients");
                }
                int value = HuffmanTable.extend(in.read(size), size);
                coefficients[at + Zigzag.NATURAL[k]] = (short) (value << low);
            }
        }
    }

    private void refineAc(short[] coefficients, int at, HuffmanTable ac) {
        int k = from;
        if (endOfBandRun == 0) {
            for (; k <= to; k++) {
                in.fill();
                int symbol = ac.decode(in);
                int run = symbol >> 4;
                int value = 0;
                if ((symbol & 0xF) != 0) {
                    value = in.read(1) == 1 ? 1 << low : -1 << low;
                } else if (run < 15) {
                    endOfBandRun = (1 << run) + in.read(run);
                    break;
                }
                k = skipZeros(coefficients, at, k, run);
                if (value != 0 && k <= to) {
                    coefficients[at + Zigzag.NATURAL[k]] = (short) value;
                }
            }
        }
        if (endOfBandRun > 0) {
            skipZeros(coefficients, at, k, 64);
            endOfBandRun--;
        }
    }

    /**
     * Passes {@code run} zeros and refines the others on the way; returns where the next zero, or the end of the band,
     * is.
     */
    private int skipZeros(short[] coefficients, int at, int start, int run) {
        int left = run;
        int k = start;
        for (; k <= to; k++) {
            int i = at + Zigzag.NATURAL[k];
            int value = coefficients[i];
            if (value == 0) {
                if (left-- == 0) {
                    break;
                }
                continue;
            }
            in.fill();
            if (in.read(1) == 1 && (Math.abs(value) & (1 << low)) == 0) {
                coefficients[i] += (short) (value > 0 ? 1 << low : -1 << low);
            }
        }
        return k;
    }
}
