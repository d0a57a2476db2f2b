package dev.embedonce.image.resize;

import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.key.Revisions;
import java.util.Arrays;

/**
 * The two passes of Pillow's 8-bit resize, over a rectangle of the output and from a rectangle of the input.
 *
 * <p>Both passes keep their sums in 32-bit integers of 22 fractional bits and round to 8 bits, so the order of passes
 * shows in the result. The horizontal pass works on transposed strips of rows, in which the samples of one column are
 * adjacent: then both passes are sums of whole arrays, four weighted ones at a time, which the compiler vectorises. The
 * vertical pass pulls rows in order through a ring, so each is made once.
 */
// Source: Pillow 13.0.0, src/libImaging/Resample.c, ImagingResampleHorizontal_8bpc and ImagingResampleVertical_8bpc
public final class Resampler {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    /** Receives the rows of the result in order: samples 0 to 255, one array for each band. The arrays are reused. */
    @FunctionalInterface
    public interface Sink {
        void accept(int row, int[][] samples);
    }

    /** What is to be resized: the rectangle {@code have} of a {@code width} x {@code height} picture. */
    public record Source(PlanarRows rows, Region have, int bands, int width, int height) {}

    private static final int HALF = 1 << (ResampleAxis.PRECISION_BITS - 1);
    /** Rows that go through the horizontal pass together, a multiple of {@link #TURNED}. */
    private static final int STRIP = 32;

    /** Rows that are transposed at once. */
    private static final int TURNED = 8;

    /** The most memory for rows and columns in progress, in bytes; 8000x8000 pixels need about 6 MB. */
    private static final long MAX_MEMORY = 256_000_000;

    /** Arrays that {@link #addScaled} adds at once. */
    private static final int TAPS = 4;

    private final int bands;
    private final ResampleAxis horizontal;
    private final ResampleAxis vertical;
    private final Checkpoint checkpoint = new Checkpoint(Cancellation.current());

    private Resampler(int bands, ResampleAxis horizontal, ResampleAxis vertical) {
        this.bands = bands;
        this.horizontal = horizontal;
        this.vertical = vertical;
    }

    /** The rectangle of a {@code width} x {@code height} input that the outputs in {@code want} depend on. */
    public static Region sourceRegion(
            int width, int height, int newWidth, int newHeight, Region want, ResampleFilter filter) {
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
     * Passes {@code sink} the rectangle {@code want} of {@code source} resized to {@code newWidth} x {@code newHeight}.
     */
    public static void resample(
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
        Checkpoint checkpoint = new Checkpoint(Cancellation.current());
        byte[][] middle = new byte[source.bands()][];
        for (int band = 0; band < middle.length; band++) {
            middle[band] = checkpoint.bytes((long) have.width() * want.height());
        }
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

    /**
     * Passes {@code sink} the whole of {@code source}, which must not be a part, resized to {@code newWidth} x {@code
     * newHeight} as torch does: rows first, with weights of 16 bits.
     *
     * @param filter any but NEAREST
     */
    static void resampleAsTorch(Source source, int newWidth, int newHeight, ResampleFilter filter, Sink sink) {
        ResampleAxis across = ResampleAxis.ofShorts(filter, source.width(), newWidth);
        ResampleAxis down = ResampleAxis.ofShorts(filter, source.height(), newHeight);
        new Resampler(source.bands(), across, down).run(source.rows(), source.have(), sink);
    }

    /**
     * Refuses what would need far more memory than its pixels: a picture of a few rows that are millions of pixels
     * long.
     *
     * @throws ImageException if it would
     */
    private void checkMemory(Region have) {
        long input = (long) have.width() * bands * (Math.min(STRIP, have.height() + TURNED) + TURNED);
        long output = (long) horizontal.outputs() * bands * (vertical.maxCount() + 2L * STRIP);
        long weights = (long) horizontal.outputs() * horizontal.maxCount();
        if (Integer.BYTES * (input + output + weights) > MAX_MEMORY) {
            throw new ImageException("resizing " + have.width() + "x" + have.height() + " pixels to "
                    + horizontal.outputs() + "x" + vertical.outputs() + " takes more memory than the limit of "
                    + MAX_MEMORY / 1_000_000 + " MB");
        }
    }

    private void run(PlanarRows source, Region have, Sink sink) {
        checkMemory(have);
        RowRing rows = new RowRing(source, have);
        if (vertical.isIdentity()) {
            for (int y = 0; y < vertical.outputs(); y++) {
                sink.accept(y, rows.get(vertical.first(y)));
            }
            return;
        }
        int[][] sums = new int[bands][horizontal.outputs()];
        int[][] inputs = new int[vertical.maxCount() + TAPS - 1][];
        for (int y = 0; y < vertical.outputs(); y++) {
            int n = vertical.count(y);
            rows.get(vertical.first(y) + n - 1);
            for (int band = 0; band < bands; band++) {
                for (int j = 0; j < inputs.length; j++) {
                    inputs[j] = rows.get(vertical.first(y) + Math.min(j, n - 1))[band];
                }
                checkpoint.advance(1 + (long) sums[band].length * n);
                sum(sums[band], inputs, 0, vertical, y);
            }
            sink.accept(y, sums);
        }
    }

    /**
     * Computes output {@code i} of {@code axis} for whole arrays, from the inputs that begin at {@code inputs[from]}.
     */
    private static void sum(int[] sums, int[][] inputs, int from, ResampleAxis axis, int i) {
        Arrays.fill(sums, HALF);
        int[] weights = axis.weights();
        int at = axis.offset(i);
        int end = at + axis.count(i);
        for (int j = from; at < end; at += TAPS, j += TAPS) {
            int second = at + 1 < end ? weights[at + 1] : 0;
            int third = at + 2 < end ? weights[at + 2] : 0;
            int fourth = at + 3 < end ? weights[at + 3] : 0;
            addScaled(sums, inputs[j], weights[at], inputs[j + 1], second, inputs[j + 2], third, inputs[j + 3], fourth);
        }
        clip(sums);
    }

    private static void addScaled(
            int[] sums, int[] a, int weightA, int[] b, int weightB, int[] c, int weightC, int[] d, int weightD) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += a[i] * weightA + b[i] * weightB + c[i] * weightC + d[i] * weightD;
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

    /** Rows after the horizontal pass, made a strip at a time and kept while the vertical pass may need them again. */
    private final class RowRing {
        private final PlanarRows source;
        private final Region have;
        private final int[][][] ring;
        private final int[][][] block;
        private final int strip;

        /**
         * The transposed strip: for each column, band after band, its rows. A few more columns than there are, for
         * weights of zero.
         */
        private final int[][] columns;

        private final int[][] sums;
        private int made;

        RowRing(PlanarRows source, Region have) {
            this.source = source;
            this.have = have;
            this.made = vertical.inputFrom();
            this.strip = Math.min(STRIP, (have.height() + TURNED - 1) / TURNED * TURNED);
            this.ring = new int[vertical.maxCount() + strip][bands][horizontal.outputs()];
            this.block = new int[TURNED][bands][have.width()];
            boolean turns = !horizontal.isIdentity();
            this.columns = new int[turns ? have.width() + TAPS - 1 : 0][bands * strip];
            this.sums = new int[turns ? horizontal.outputs() : 0][bands * strip];
        }

        int[][] get(int row) {
            while (made <= row) {
                if (horizontal.isIdentity()) {
                    cut();
                } else {
                    makeStrip();
                }
            }
            return ring[row % ring.length];
        }

        private void cut() {
            int[][] out = ring[made % ring.length];
            source.read(made, block[0]);
            int from = horizontal.inputFrom() - have.x();
            for (int band = 0; band < bands; band++) {
                System.arraycopy(block[0][band], from, out[band], 0, out[band].length);
            }
            made++;
        }

        /** The last eight rows may include some that do not exist; nobody asks for those. */
        private void makeStrip() {
            int rows = Math.min(strip, have.bottom() - made);
            for (int top = 0; top < rows; top += TURNED) {
                for (int i = 0; i < Math.min(TURNED, rows - top); i++) {
                    source.read(made + top + i, block[i]);
                }
                for (int band = 0; band < bands; band++) {
                    toColumns(band, band * strip + top);
                }
            }
            long work = 0;
            for (int x = 0; x < horizontal.outputs(); x++) {
                work += (long) bands * strip * horizontal.count(x);
                if (work >= Checkpoint.PIECE) {
                    checkpoint.advance(work);
                    work = 0;
                }
                sum(sums[x], columns, horizontal.first(x) - have.x(), horizontal, x);
            }
            for (int top = 0; top < rows; top += TURNED) {
                for (int band = 0; band < bands; band++) {
                    toRows(made + top, band, band * strip + top);
                }
            }
            made += rows;
        }

        private void toColumns(int band, int to) {
            int[] a = block[0][band];
            int[] b = block[1][band];
            int[] c = block[2][band];
            int[] d = block[3][band];
            int[] e = block[4][band];
            int[] f = block[5][band];
            int[] g = block[6][band];
            int[] h = block[7][band];
            for (int x = 0; x < have.width(); x++) {
                int[] column = columns[x];
                column[to] = a[x];
                column[to + 1] = b[x];
                column[to + 2] = c[x];
                column[to + 3] = d[x];
                column[to + 4] = e[x];
                column[to + 5] = f[x];
                column[to + 6] = g[x];
                column[to + 7] = h[x];
            }
        }

        private void toRows(int row, int band, int from) {
            int[] a = ring[row % ring.length][band];
            int[] b = ring[(row + 1) % ring.length][band];
            int[] c = ring[(row + 2) % ring.length][band];
            int[] d = ring[(row + 3) % ring.length][band];
            int[] e = ring[(row + 4) % ring.length][band];
            int[] f = ring[(row + 5) % ring.length][band];
            int[] g = ring[(row + 6) % ring.length][band];
            int[] h = ring[(row + 7) % ring.length][band];
            for (int x = 0; x < horizontal.outputs(); x++) {
                int[] column = sums[x];
                a[x] = column[from];
                b[x] = column[from + 1];
                c[x] = column[from + 2];
                d[x] = column[from + 3];
                e[x] = column[from + 4];
                f[x] = column[from + 5];
                g[x] = column[from + 6];
                h[x] = column[from + 7];
            }
        }
    }

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("resampler", REVISION);
    }
}
