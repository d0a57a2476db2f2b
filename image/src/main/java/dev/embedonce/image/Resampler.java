package dev.embedonce.image;

import dev.embedonce.image.internal.PlanarRows;
import java.util.Arrays;

/**
 * The two passes of Pillow's 8-bit resize, over a rectangle of the output and from a rectangle of the input.
 *
 * <p>Both passes keep their sums in 32-bit integers of 22 fractional bits and round to 8 bits, so the order of passes shows in
 * the result. The horizontal pass adds two rows at a time: a sample of the upper row sits in the low half of a long, that of the
 * lower row in the high half, and one 64-bit multiplication serves both. Sums are exact in two's complement; the low half's
 * borrow is taken back when the halves are parted. The vertical pass pulls rows in order through a ring, so each is made once.
 * Within a row samples lie band after band, which lets the compiler use vector instructions in all simple loops.
 */
// Source: Pillow 13.0.0, src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
final class Resampler {
    /** Receives the rows of the result in order: samples 0 to 255, band after band. The array is reused. */
    @FunctionalInterface
    interface Sink {
        void accept(int row, int[] samples);
    }

    /** What is to be resized: the rectangle {@code have} of a {@code width} x {@code height} picture. */
    record Source(PlanarRows rows, Region have, int bands, int width, int height) {}

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

    /** Gives {@code sink} the rectangle {@code want} of {@code source} resized to {@code newWidth} x {@code newHeight}. */
    static void resample(
            Source source,
            int newWidth,
            int newHeight,
            Region want,
            ResampleFilter filter,
            PillowProfile profile,
            Sink sink) {
        if (filter == ResampleFilter.NEAREST) {
            Nearest.pick(source, newWidth, newHeight, want, sink);
            return;
        }
        ResampleAxis across = ResampleAxis.of(filter, source.width(), newWidth, want.x(), want.right());
        ResampleAxis down = ResampleAxis.of(filter, source.height(), newHeight, want.y(), want.bottom());
        if (!profile.verticalFirst(source.width(), source.height(), newWidth, newHeight)
                || across.isIdentity()
                || down.isIdentity()) {
            new Resampler(source.bands(), across, down).run(source.rows(), source.have(), sink);
            return;
        }
        Region have = source.have();
        int rowLength = have.width() * source.bands();
        byte[] middle = new byte[Math.multiplyExact(rowLength, want.height())];
        ResampleAxis columns = ResampleAxis.of(filter, source.width(), source.width(), have.x(), have.right());
        new Resampler(source.bands(), columns, down)
                .run(source.rows(), have, (row, samples) -> narrow(samples, middle, row * rowLength));
        ResampleAxis rows = ResampleAxis.of(filter, want.height(), want.height(), 0, want.height());
        new Resampler(source.bands(), across, rows)
                .run(
                        (y, out) -> widen(middle, y * rowLength, out),
                        new Region(have.x(), 0, have.width(), want.height()),
                        sink);
    }

    private void run(PlanarRows source, Region have, Sink sink) {
        RowRing rows = new RowRing(source, have);
        if (vertical.isIdentity()) {
            for (int y = 0; y < vertical.outputs(); y++) {
                sink.accept(y, rows.get(vertical.first(y)));
            }
            return;
        }
        int[] sums = new int[horizontal.outputs() * bands];
        for (int y = 0; y < vertical.outputs(); y++) {
            Arrays.fill(sums, HALF);
            int offset = vertical.offset(y);
            for (int j = 0; j < vertical.count(y); j++) {
                addScaled(sums, rows.get(vertical.first(y) + j), vertical.weights()[offset + j]);
            }
            clip(sums);
            sink.accept(y, sums);
        }
    }

    private static void addScaled(int[] sums, int[] row, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += row[i] * weight;
        }
    }

    /** To 8 bits, without comparisons, which the compiler would not vectorise. */
    private static void clip(int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            int value = sums[i] >> ResampleAxis.PRECISION_BITS;
            int positive = value & ~(value >> 31);
            sums[i] = (positive | ((255 - positive) >> 31)) & 0xFF;
        }
    }

    private static void narrow(int[] samples, byte[] target, int at) {
        for (int i = 0; i < samples.length; i++) {
            target[at + i] = (byte) samples[i];
        }
    }

    private static void widen(byte[] samples, int at, int[] target) {
        for (int i = 0; i < target.length; i++) {
            target[i] = samples[at + i] & 0xFF;
        }
    }

    /** Rows after the horizontal pass, made two at a time and kept while the vertical pass may ask for them again. */
    private final class RowRing {
        private final PlanarRows source;
        private final Region have;
        private final int[][] ring;
        private final int[] upper;
        private final int[] lower;
        private final long[] pair;
        private int made;

        RowRing(PlanarRows source, Region have) {
            this.source = source;
            this.have = have;
            this.ring = new int[vertical.maxCount() + 2][horizontal.outputs() * bands];
            this.upper = new int[have.width() * bands];
            this.lower = new int[upper.length];
            this.pair = new long[horizontal.isIdentity() ? 0 : upper.length];
            this.made = vertical.inputFrom();
        }

        int[] get(int row) {
            while (made <= row) {
                make();
            }
            return ring[row % ring.length];
        }

        private void make() {
            int[] first = ring[made % ring.length];
            source.read(made, upper);
            if (horizontal.isIdentity()) {
                cut(first);
                made++;
                return;
            }
            if (made + 1 < have.bottom()) {
                source.read(made + 1, lower);
            }
            pack();
            int[] second = ring[(made + 1) % ring.length];
            if (bands == 3) {
                sumThree(first, second);
            } else {
                for (int band = 0; band < bands; band++) {
                    sumOne(band, first, second);
                }
            }
            clip(first);
            clip(second);
            made += 2;
        }

        private void cut(int[] out) {
            int width = horizontal.outputs();
            int from = horizontal.inputFrom() - have.x();
            for (int band = 0; band < bands; band++) {
                System.arraycopy(upper, band * have.width() + from, out, band * width, width);
            }
        }

        private void pack() {
            for (int i = 0; i < pair.length; i++) {
                pair[i] = upper[i] | ((long) lower[i] << 32);
            }
        }

        private void sumOne(int band, int[] first, int[] second) {
            int[] weights = horizontal.weights();
            int start = band * have.width() - have.x();
            int to = band * horizontal.outputs();
            for (int x = 0; x < horizontal.outputs(); x++) {
                int at = start + horizontal.first(x);
                int offset = horizontal.offset(x);
                int n = horizontal.count(x);
                long sum = HALF_PAIR;
                for (int j = 0; j < n; j++) {
                    sum += pair[at + j] * weights[offset + j];
                }
                part(sum, first, second, to + x);
            }
        }

        private void sumThree(int[] first, int[] second) {
            int[] weights = horizontal.weights();
            long[] samples = pair;
            int width = have.width();
            int outputs = horizontal.outputs();
            for (int x = 0; x < outputs; x++) {
                int at = horizontal.first(x) - have.x();
                int offset = horizontal.offset(x);
                int end = offset + horizontal.count(x);
                long red = HALF_PAIR;
                long green = HALF_PAIR;
                long blue = HALF_PAIR;
                for (int j = offset; j < end; j++, at++) {
                    long weight = weights[j];
                    red += samples[at] * weight;
                    green += samples[at + width] * weight;
                    blue += samples[at + 2 * width] * weight;
                }
                part(red, first, second, x);
                part(green, first, second, x + outputs);
                part(blue, first, second, x + 2 * outputs);
            }
        }

        private static void part(long sum, int[] first, int[] second, int i) {
            int low = (int) sum;
            first[i] = low;
            second[i] = (int) ((sum - low) >> 32);
        }
    }
}
