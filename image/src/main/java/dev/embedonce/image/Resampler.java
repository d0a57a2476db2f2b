package dev.embedonce.image;

import java.util.Arrays;

/**
 * The two passes of Pillow's 8-bit resize, over a rectangle of the output and from a rectangle of the input.
 *
 * <p>Both passes keep their sums in 32-bit integers of 22 fractional bits and round to 8 bits, so the order of passes shows in
 * the result. The horizontal pass adds two rows at a time: a pixel of the upper row sits in the low half of a long, that of the
 * lower row in the high half, and one 64-bit multiplication serves both. Sums are exact in two's complement; the low half's
 * borrow is taken back when the halves are parted. The vertical pass pulls rows in order through a ring, so each is made once.
 */
// Source: Pillow 13.0.0, src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
final class Resampler {
    private static final int HALF = 1 << (ResampleAxis.PRECISION_BITS - 1);
    private static final long HALF_PAIR = HALF | ((long) HALF << 32);

    private final int bands;
    private final ResampleAxis horizontal;
    private final ResampleAxis vertical;

    private Resampler(int bands, ResampleAxis horizontal, ResampleAxis vertical) {
        this.bands = bands;
        this.horizontal = horizontal;
        this.vertical = vertical;
    }

    /** The rectangle of a {@code width} x {@code height} input that the outputs in {@code want} depend on. */
    static Region sourceRegion(int width, int height, int newWidth, int newHeight, Region want, ResampleFilter filter) {
        if (filter == ResampleFilter.NEAREST) {
            return Region.whole(width, height);
        }
        ResampleAxis across = ResampleAxis.of(filter, width, newWidth, want.x(), want.right());
        ResampleAxis down = ResampleAxis.of(filter, height, newHeight, want.y(), want.bottom());
        return new Region(
                across.inputFrom(),
                down.inputFrom(),
                across.inputTo() - across.inputFrom(),
                down.inputTo() - down.inputFrom());
    }

    /**
     * Resizes.
     *
     * @param source interleaved samples of the rectangle {@code have} of the whole {@code width} x {@code height} input
     * @return interleaved samples of the rectangle {@code want} of the {@code newWidth} x {@code newHeight} output
     */
    static byte[] resample(
            byte[] source,
            Region have,
            int bands,
            int width,
            int height,
            int newWidth,
            int newHeight,
            Region want,
            ResampleFilter filter,
            PillowProfile profile) {
        if (filter == ResampleFilter.NEAREST) {
            return Nearest.pick(source, have, bands, width, height, newWidth, newHeight, want);
        }
        ResampleAxis across = ResampleAxis.of(filter, width, newWidth, want.x(), want.right());
        ResampleAxis down = ResampleAxis.of(filter, height, newHeight, want.y(), want.bottom());
        if (!profile.verticalFirst(width, height, newWidth, newHeight) || across.isIdentity() || down.isIdentity()) {
            return new Resampler(bands, across, down).run(source, have);
        }
        ResampleAxis keepColumns = ResampleAxis.of(filter, width, width, have.x(), have.right());
        byte[] middle = new Resampler(bands, keepColumns, down).run(source, have);
        Region middleRegion = new Region(have.x(), 0, have.width(), want.height());
        ResampleAxis keepRows = ResampleAxis.of(filter, want.height(), want.height(), 0, want.height());
        return new Resampler(bands, across, keepRows).run(middle, middleRegion);
    }

    private byte[] run(byte[] source, Region have) {
        int rowLength = horizontal.outputs() * bands;
        byte[] target = new byte[Math.multiplyExact(rowLength, vertical.outputs())];
        RowRing rows = new RowRing(source, have);
        if (vertical.isIdentity()) {
            for (int y = 0; y < vertical.outputs(); y++) {
                store(rows.get(vertical.first(y)), target, y * rowLength);
            }
            return target;
        }
        int[] sums = new int[rowLength];
        for (int y = 0; y < vertical.outputs(); y++) {
            Arrays.fill(sums, HALF);
            int offset = vertical.offset(y);
            for (int j = 0; j < vertical.count(y); j++) {
                addScaled(sums, rows.get(vertical.first(y) + j), vertical.weights()[offset + j]);
            }
            storeShifted(sums, target, y * rowLength);
        }
        return target;
    }

    private static void addScaled(int[] sums, int[] row, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += row[i] * weight;
        }
    }

    private static void store(int[] row, byte[] target, int at) {
        for (int i = 0; i < row.length; i++) {
            target[at + i] = (byte) row[i];
        }
    }

    private static void storeShifted(int[] sums, byte[] target, int at) {
        for (int i = 0; i < sums.length; i++) {
            target[at + i] = (byte) clip(sums[i]);
        }
    }

    private static int clip(int sum) {
        return Math.max(0, Math.min(255, sum >> ResampleAxis.PRECISION_BITS));
    }

    /** Rows after the horizontal pass, made two at a time and kept while the vertical pass may ask for them again. */
    private final class RowRing {
        private final byte[] source;
        private final Region have;
        private final int[][] ring;
        private final long[] pair;
        private int made;

        RowRing(byte[] source, Region have) {
            this.source = source;
            this.have = have;
            this.ring = new int[vertical.maxCount() + 2][horizontal.outputs() * bands];
            this.pair = horizontal.isIdentity() ? new long[0] : new long[have.width() * bands];
            this.made = vertical.inputFrom();
        }

        int[] get(int row) {
            while (made <= row) {
                make();
            }
            return ring[row % ring.length];
        }

        private void make() {
            int upper = (made - have.y()) * have.width() * bands;
            int[] upperOut = ring[made % ring.length];
            if (horizontal.isIdentity()) {
                int start = upper + (horizontal.inputFrom() - have.x()) * bands;
                for (int i = 0; i < upperOut.length; i++) {
                    upperOut[i] = source[start + i] & 0xFF;
                }
                made++;
                return;
            }
            boolean last = made + 1 >= have.bottom();
            pack(upper, last ? upper : upper + have.width() * bands);
            int[] lowerOut = ring[(made + 1) % ring.length];
            switch (bands) {
                case 1 -> sumOne(upperOut, lowerOut);
                case 3 -> sumThree(upperOut, lowerOut);
                default -> sumAny(upperOut, lowerOut);
            }
            made += 2;
        }

        private void pack(int upper, int lower) {
            for (int i = 0; i < pair.length; i++) {
                pair[i] = (source[upper + i] & 0xFF) | ((long) (source[lower + i] & 0xFF) << 32);
            }
        }

        private void sumOne(int[] upper, int[] lower) {
            int[] weights = horizontal.weights();
            for (int x = 0; x < upper.length; x++) {
                int at = horizontal.first(x) - have.x();
                int offset = horizontal.offset(x);
                int n = horizontal.count(x);
                long sum = HALF_PAIR;
                for (int j = 0; j < n; j++) {
                    sum += pair[at + j] * weights[offset + j];
                }
                part(sum, upper, lower, x);
            }
        }

        private void sumThree(int[] upper, int[] lower) {
            int[] weights = horizontal.weights();
            for (int x = 0; x < horizontal.outputs(); x++) {
                int at = (horizontal.first(x) - have.x()) * 3;
                int offset = horizontal.offset(x);
                int end = offset + horizontal.count(x);
                long red = HALF_PAIR;
                long green = HALF_PAIR;
                long blue = HALF_PAIR;
                for (int j = offset; j < end; j++) {
                    long weight = weights[j];
                    red += pair[at] * weight;
                    green += pair[at + 1] * weight;
                    blue += pair[at + 2] * weight;
                    at += 3;
                }
                part(red, upper, lower, x * 3);
                part(green, upper, lower, x * 3 + 1);
                part(blue, upper, lower, x * 3 + 2);
            }
        }

        private void sumAny(int[] upper, int[] lower) {
            int[] weights = horizontal.weights();
            for (int x = 0; x < horizontal.outputs(); x++) {
                int at = (horizontal.first(x) - have.x()) * bands;
                int offset = horizontal.offset(x);
                int n = horizontal.count(x);
                for (int band = 0; band < bands; band++) {
                    long sum = HALF_PAIR;
                    for (int j = 0; j < n; j++) {
                        sum += pair[at + j * bands + band] * weights[offset + j];
                    }
                    part(sum, upper, lower, x * bands + band);
                }
            }
        }

        private static void part(long sum, int[] upper, int[] lower, int i) {
            int low = (int) sum;
            upper[i] = clip(low);
            lower[i] = clip((int) ((sum - low) >> 32));
        }
    }
}
