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
 * Each band of a row is an array of its own, which lets the compiler use vector instructions in all simple loops.
 */
// Source: Pillow 13.0.0, src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
final class Resampler {
    /** Receives the rows of the result in order: samples 0 to 255, one array a band. The arrays are reused. */
    @FunctionalInterface
    interface Sink {
        void accept(int row, int[][] samples);
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
        byte[][] middle = new byte[source.bands()][Math.multiplyExact(have.width(), want.height())];
        ResampleAxis columns = ResampleAxis.of(filter, source.width(), source.width(), have.x(), have.right());
        new Resampler(source.bands(), columns, down)
                .run(source.rows(), have, (row, samples) -> narrow(samples, middle, row * have.width()));
        ResampleAxis rows = ResampleAxis.of(filter, want.height(), want.height(), 0, want.height());
        new Resampler(source.bands(), across, rows)
                .run(
                        (y, out) -> widen(middle, y * have.width(), out),
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
        int[][] sums = new int[bands][horizontal.outputs()];
        for (int y = 0; y < vertical.outputs(); y++) {
            for (int[] band : sums) {
                Arrays.fill(band, HALF);
            }
            int offset = vertical.offset(y);
            for (int j = 0; j < vertical.count(y); j++) {
                int[][] row = rows.get(vertical.first(y) + j);
                int weight = vertical.weights()[offset + j];
                for (int band = 0; band < bands; band++) {
                    addScaled(sums[band], row[band], weight);
                }
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

    private static void clip(int[][] sums) {
        for (int[] band : sums) {
            clip(band);
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

    private static void narrow(int[][] samples, byte[][] target, int at) {
        for (int band = 0; band < samples.length; band++) {
            for (int i = 0; i < samples[band].length; i++) {
                target[band][at + i] = (byte) samples[band][i];
            }
        }
    }

    private static void widen(byte[][] samples, int at, int[][] target) {
        for (int band = 0; band < target.length; band++) {
            for (int i = 0; i < target[band].length; i++) {
                target[band][i] = samples[band][at + i] & 0xFF;
            }
        }
    }

    /** Rows after the horizontal pass, made two at a time and kept while the vertical pass may ask for them again. */
    private final class RowRing {
        private final PlanarRows source;
        private final Region have;
        private final int[][][] ring;
        private final int[][] upper;
        private final int[][] lower;
        /** Band after band: of one array the compiler makes plain multiplications, which beat its vector sums here. */
        private final long[] pairs;

        private int made;

        RowRing(PlanarRows source, Region have) {
            this.source = source;
            this.have = have;
            this.ring = new int[vertical.maxCount() + 2][bands][horizontal.outputs()];
            this.upper = new int[bands][have.width()];
            this.lower = new int[bands][have.width()];
            this.pairs = new long[horizontal.isIdentity() ? 0 : bands * have.width()];
            this.made = vertical.inputFrom();
        }

        int[][] get(int row) {
            while (made <= row) {
                make();
            }
            return ring[row % ring.length];
        }

        private void make() {
            int[][] first = ring[made % ring.length];
            source.read(made, upper);
            if (horizontal.isIdentity()) {
                cut(first);
                made++;
                return;
            }
            if (made + 1 < have.bottom()) {
                source.read(made + 1, lower);
            }
            int[][] second = ring[(made + 1) % ring.length];
            for (int band = 0; band < bands; band++) {
                pack(upper[band], lower[band], band * have.width());
            }
            if (bands == 3) {
                sumThree(first, second);
            } else {
                for (int band = 0; band < bands; band++) {
                    sumOne(band * have.width(), first[band], second[band]);
                }
            }
            clip(first);
            clip(second);
            made += 2;
        }

        private void cut(int[][] out) {
            int from = horizontal.inputFrom() - have.x();
            for (int band = 0; band < bands; band++) {
                System.arraycopy(upper[band], from, out[band], 0, out[band].length);
            }
        }

        private void pack(int[] high, int[] low, int to) {
            for (int i = 0; i < high.length; i++) {
                pairs[to + i] = high[i] | ((long) low[i] << 32);
            }
        }

        private void sumOne(int start, int[] first, int[] second) {
            int[] weights = horizontal.weights();
            for (int x = 0; x < horizontal.outputs(); x++) {
                int at = start + horizontal.first(x) - have.x();
                int offset = horizontal.offset(x);
                int n = horizontal.count(x);
                long sum = HALF_PAIR;
                for (int j = 0; j < n; j++) {
                    sum += pairs[at + j] * weights[offset + j];
                }
                part(sum, first, second, x);
            }
        }

        /** The same for three bands at once, which share the loading of the weights. */
        private void sumThree(int[][] first, int[][] second) {
            int[] weights = horizontal.weights();
            long[] samples = pairs;
            int width = have.width();
            for (int x = 0; x < horizontal.outputs(); x++) {
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
                part(red, first[0], second[0], x);
                part(green, first[1], second[1], x);
                part(blue, first[2], second[2], x);
            }
        }

        private static void part(long sum, int[] first, int[] second, int i) {
            int low = (int) sum;
            first[i] = low;
            second[i] = (int) ((sum - low) >> 32);
        }
    }
}
