package dev.embedonce.image.resize;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.ImageException;

/**
 * Fixed-point filter weights along one axis, for the outputs {@code from <= i < to} of a resize from {@code inSize} to
 * {@code outSize} samples.
 */
// Source: Pillow 13.0.0, src/libImaging/Resample.c, precompute_coeffs and normalize_coeffs_8bpc
final class ResampleAxis {
    /** Fractional bits of a weight. */
    static final int PRECISION_BITS = 22;

    private static final int MAX_WEIGHTS = 1 << 22;
    private static final int WEIGHT_WORK = 10;

    private final int[] first;
    private final int[] count;
    private final int[] weights;
    private final int stride;
    private final boolean identity;
    private double largest;

    private ResampleAxis(int outputs, int stride, boolean identity) {
        this.first = new int[outputs];
        this.count = new int[outputs];
        this.weights = new int[outputs * stride];
        this.stride = stride;
        this.identity = identity;
    }

    static ResampleAxis of(ResampleFilter filter, int inSize, int outSize, int from, int to) {
        return inSize == outSize ? identity(from, to) : of(filter, inSize, outSize, from, to, PRECISION_BITS);
    }

    /**
     * The weights of all outputs with as many fractional bits as let the largest one fit 16 bits: torch's, for pictures
     * of 8 bits. They are held as the others are, the bits that are not theirs being zero.
     */
    // Source: PyTorch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp, compute_index_ranges_int16_weights
    static ResampleAxis ofShorts(ResampleFilter filter, int inSize, int outSize) {
        ResampleAxis axis = of(filter, inSize, outSize, 0, outSize);
        int bits = 0;
        while (bits < PRECISION_BITS && (int) (0.5 + axis.largest * (1 << (bits + 1))) <= Short.MAX_VALUE) {
            bits++;
        }
        return axis.identity ? axis : of(filter, inSize, outSize, 0, outSize, bits);
    }

    private static ResampleAxis of(ResampleFilter filter, int inSize, int outSize, int from, int to, int bits) {
        double scale = (double) inSize / outSize;
        double filterScale = Math.max(1, scale);
        double support = filter.support() * filterScale;
        int stride = (int) Math.ceil(support) * 2 + 1;
        checkWeights((long) (to - from) * stride, inSize, outSize);
        Checkpoint checkpoint = new Checkpoint(Cancellation.current());
        ResampleAxis axis = new ResampleAxis(to - from, stride, false);
        double[] row = new double[stride];
        for (int i = from; i < to; i++) {
            checkpoint.advance((long) WEIGHT_WORK * stride);
            axis.fill(i - from, filter, row, (i + 0.5) * scale, support, 1 / filterScale, inSize, bits);
        }
        return axis;
    }

    /**
     * Refuses a side of about a million samples, whose weights would take more memory and time than the pixels.
     *
     * @throws ImageException if there are more {@code weights} than any picture worth resizing needs
     */
    static void checkWeights(long weights, int inSize, int outSize) {
        if (weights > MAX_WEIGHTS) {
            throw new ImageException("a side of " + inSize + " pixels is too long to be resized to " + outSize);
        }
    }

    private static ResampleAxis identity(int from, int to) {
        ResampleAxis axis = new ResampleAxis(to - from, 1, true);
        for (int i = from; i < to; i++) {
            axis.first[i - from] = i;
            axis.count[i - from] = 1;
            axis.weights[i - from] = 1 << PRECISION_BITS;
        }
        return axis;
    }

    private void fill(
            int output,
            ResampleFilter filter,
            double[] row,
            double centre,
            double support,
            double inverseScale,
            int inSize,
            int bits) {
        int low = Math.max(0, (int) (centre - support + 0.5));
        int high = Math.min(inSize, (int) (centre + support + 0.5));
        int n = high - low;
        double sum = 0;
        for (int x = 0; x < n; x++) {
            row[x] = filter.weight((x + low - centre + 0.5) * inverseScale);
            sum += row[x];
        }
        first[output] = low;
        count[output] = n;
        for (int x = 0; x < n; x++) {
            double weight = sum != 0 ? row[x] / sum : row[x];
            largest = Math.max(largest, weight);
            int rounded = (int) ((weight < 0 ? -0.5 : 0.5) + weight * (1 << bits));
            weights[output * stride + x] = rounded << (PRECISION_BITS - bits);
        }
    }

    int outputs() {
        return first.length;
    }

    /** Whether every output is just one input, so that the pass may be skipped. */
    boolean isIdentity() {
        return identity;
    }

    /** The first input that output {@code i} reads. */
    int first(int i) {
        return first[i];
    }

    /** How many inputs output {@code i} reads. */
    int count(int i) {
        return count[i];
    }

    /** The weight of the first input of output {@code i} in {@link #weights()}; the rest follow it. */
    int offset(int i) {
        return i * stride;
    }

    int[] weights() {
        return weights;
    }

    /** The most inputs that any output reads. */
    int maxCount() {
        return stride;
    }

    /** The first input that any output reads. */
    int inputFrom() {
        return first[0];
    }

    /** One past the last input that any output reads. */
    int inputTo() {
        return first[first.length - 1] + count[first.length - 1];
    }
}
