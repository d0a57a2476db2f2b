package dev.embedonce.image.resize;

import dev.embedonce.image.internal.work.Checkpoint;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.key.Revisions;
import java.util.Arrays;

/**
 * Resizes pictures of float32 samples with an antialiasing filter, as torchvision does: nothing is rounded to 8 bits
 * between the two passes or after them. Rows first, then columns; weights and sums are float32.
 */
// Source: PyTorch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp, the separable antialiasing kernels
public final class FloatResampler {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    /** For each output the first input that it depends on, and the weights of the inputs from there on. */
    private static final class Axis {
        private final int[] first;
        private final float[][] weights;

        Axis(ResampleFilter filter, int inputs, int outputs) {
            first = new int[outputs];
            weights = new float[outputs][];
            float scale = (float) inputs / outputs;
            float reach = (float) filter.support() * Math.max(scale, 1);
            ResampleAxis.checkWeights((long) (outputs * (2.0 * reach + 1)), inputs, outputs);
            for (int i = 0; i < outputs; i++) {
                float centre = scale * (i + 0.5f);
                first[i] = Math.max((int) (centre - reach + 0.5f), 0);
                int end = Math.min((int) (centre + reach + 0.5f), inputs);
                weights[i] = weights(filter, first[i] - centre + 0.5f, 1 / Math.max(scale, 1), end - first[i]);
            }
        }

        private static float[] weights(ResampleFilter filter, float from, float inverseScale, int count) {
            float[] weights = new float[count];
            float sum = 0;
            for (int j = 0; j < count; j++) {
                weights[j] = (float) filter.weight((from + j) * inverseScale);
                sum += weights[j];
            }
            for (int j = 0; j < count; j++) {
                weights[j] /= sum;
            }
            return weights;
        }
    }

    /** Receives the rows of the result in order, one array for each band. The arrays are reused. */
    @FunctionalInterface
    public interface Sink {
        void accept(int row, float[][] values);
    }

    private FloatResampler() {}

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("float-resampler", REVISION);
    }

    /**
     * Passes {@code sink} the whole of {@code source}, which must not be a part, resized to {@code width} x {@code
     * height}.
     *
     * @param values what each 8-bit sample stands for, 256 of them
     */
    public static void resample(
            Resampler.Source source, float[] values, int width, int height, ResampleFilter filter, Sink sink) {
        Checkpoint checkpoint = new Checkpoint(Cancellation.current());
        float[][] narrow = across(source, values, new Axis(filter, source.width(), width), width);
        Axis down = new Axis(filter, source.height(), height);
        float[][] row = new float[source.bands()][width];
        for (int y = 0; y < height; y++) {
            for (int band = 0; band < row.length; band++) {
                Arrays.fill(row[band], 0);
                float[] weights = down.weights[y];
                for (int j = 0; j < weights.length; j++) {
                    checkpoint.advance(width);
                    addScaled(row[band], narrow[band], (down.first[y] + j) * width, weights[j]);
                }
            }
            sink.accept(y, row);
        }
    }

    /** All rows of each band, {@code width} values each. */
    private static float[][] across(Resampler.Source source, float[] values, Axis axis, int width) {
        int[][] samples = new int[source.bands()][source.width()];
        float[] line = new float[source.width()];
        float[][] narrow = new float[source.bands()][Math.multiplyExact(source.height(), width)];
        for (int y = 0; y < source.height(); y++) {
            source.rows().read(y, samples);
            for (int band = 0; band < samples.length; band++) {
                for (int x = 0; x < line.length; x++) {
                    line[x] = values[samples[band][x]];
                }
                for (int x = 0; x < width; x++) {
                    narrow[band][y * width + x] = sum(line, axis.first[x], axis.weights[x]);
                }
            }
        }
        return narrow;
    }

    private static float sum(float[] line, int from, float[] weights) {
        float sum = 0;
        for (int j = 0; j < weights.length; j++) {
            sum += line[from + j] * weights[j];
        }
        return sum;
    }

    private static void addScaled(float[] sums, float[] from, int at, float weight) {
        for (int x = 0; x < sums.length; x++) {
            sums[x] += from[at + x] * weight;
        }
    }
}
