package dev.embedonce.image.process;

import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;
import org.jspecify.annotations.Nullable;

/**
 * What happens to each 8-bit sample after resize and crop: {@code v * factor} in float64, rounded to float32, minus an
 * optional offset of one; then {@code (v - mean) / std} in float32, where mean and std are the float32 values nearest
 * to those given. Immutable.
 */
// Source: transformers 5.23, image_transforms.rescale and normalize; image_processing_pil_efficientnet
public final class ChannelMath {
    /** Raised when this step makes other pixels of the same bytes and settings; part of the preprocessing version. */
    private static final int REVISION = 1;

    private final @Nullable Double factor;
    private final boolean minusOne;
    private final float @Nullable [] mean;
    private final float @Nullable [] std;
    private final boolean divideAgain;

    private ChannelMath(
            @Nullable Double factor,
            boolean minusOne,
            float @Nullable [] mean,
            float @Nullable [] std,
            boolean divideAgain) {
        this.factor = factor;
        this.minusOne = minusOne;
        this.mean = mean;
        this.std = std;
        this.divideAgain = divideAgain;
    }

    /** Samples as they are: 0 to 255. */
    public static ChannelMath none() {
        return new ChannelMath(null, false, null, null, false);
    }

    /** Multiplies by {@code factor} first. */
    public ChannelMath rescaled(double factor) {
        return new ChannelMath(factor, minusOne, mean, std, divideAgain);
    }

    /** Subtracts one after the multiplication. */
    public ChannelMath minusOne() {
        return new ChannelMath(factor, true, mean, std, divideAgain);
    }

    /**
     * Subtracts a mean and divides by a standard deviation, each given per channel (three) or for all (one).
     *
     * @throws IllegalArgumentException if a length is neither 1 nor 3, or a value is not finite, or a deviation is zero
     */
    public ChannelMath normalised(double[] mean, double[] std) {
        return new ChannelMath(factor, minusOne, three("mean", mean), threeNonZero(std), divideAgain);
    }

    /** Divides by {@code std} once more at the end. */
    public ChannelMath dividedAgain(double[] std) {
        float[] divisor = threeNonZero(std);
        return new ChannelMath(factor, minusOne, mean, divisor, true);
    }

    private static float[] threeNonZero(double[] std) {
        float[] result = three("std", std);
        for (float value : result) {
            if (value == 0) {
                throw new IllegalArgumentException("a standard deviation is zero");
            }
        }
        return result;
    }

    private static float[] three(String name, double[] values) {
        if (values.length != 1 && values.length != 3) {
            throw new IllegalArgumentException(name + " has " + values.length + " values, expected 3");
        }
        float[] result = new float[3];
        for (int i = 0; i < 3; i++) {
            result[i] = (float) values[values.length == 1 ? 0 : i];
            if (!Float.isFinite(result[i])) {
                throw new IllegalArgumentException(name + " holds " + result[i]);
            }
        }
        return result;
    }

    /** The results of all 256 samples for each of the three channels; a fresh copy. */
    public float[][] tables() {
        float[][] tables = new float[PixelValues.CHANNELS][256];
        for (int channel = 0; channel < tables.length; channel++) {
            for (int sample = 0; sample < 256; sample++) {
                tables[channel][sample] = apply(channel, sample);
            }
        }
        return tables;
    }

    /** Each of the 256 samples before the normalisation. */
    float[] rescaled() {
        float[] values = new float[256];
        for (int sample = 0; sample < values.length; sample++) {
            values[sample] = rescale(sample);
        }
        return values;
    }

    private float apply(int channel, int sample) {
        return normalise(channel, rescale(sample));
    }

    private float rescale(int sample) {
        float value = factor == null ? sample : (float) (sample * factor);
        return minusOne ? value - 1 : value;
    }

    /** Normalises a rescaled value of channel 0, 1 or 2. */
    float normalise(int channel, float rescaled) {
        float value = rescaled;
        if (mean != null && std != null) {
            value = (value - mean[channel]) / std[channel];
        }
        return divideAgain && std != null ? value / std[channel] : value;
    }

    void describe(FramedDigest digest) {
        digest.put("rescale", factor == null ? 1.0 : factor)
                .put("minusOne", minusOne)
                .put("mean", mean == null ? new float[0] : mean)
                .put("std", std == null ? new float[0] : std)
                .put("divideAgain", divideAgain);
    }

    /** Adds the revision of this step. */
    public static void describe(Revisions steps) {
        steps.uses("channel-math", REVISION);
    }
}
