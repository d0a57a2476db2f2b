package dev.embedonce.vlm.decoder.rope;

import dev.embedonce.model.ModelConfig;

/**
 * YaRN: frequencies for contexts longer than those a model was trained on. High frequencies, which rotate often within
 * the original context, stay; low ones, which hardly rotate, are divided by the factor (interpolated); those between
 * are mixed by a linear ramp; cosines and sines are multiplied by an amplitude.
 */
// Source: transformers 5.23, modeling_rope_utils.py, _compute_yarn_parameters
final class Yarn {
    private static final double FAST = 32;
    private static final double SLOW = 1;
    private static final double NO_SINGULARITY = 0.001;

    private Yarn() {}

    /**
     * The rotary positions of one axis.
     *
     * @param base of the frequencies
     * @param size channels of a head
     */
    static Rotary read(ModelConfig parameters, double base, int size) {
        double factor = parameters.number("factor");
        double context = parameters.positive("original_max_position_embeddings");
        boolean truncate = parameters.flag("truncate", true);
        double low = index(parameters.number("beta_fast", FAST), size, base, context);
        double high = index(parameters.number("beta_slow", SLOW), size, base, context);
        double from = Math.max(0, truncate ? Math.floor(low) : low);
        double to = Math.min(size - 1, truncate ? Math.ceil(high) : high);
        float[] frequencies = Rotary.frequencies(base, size);
        for (int i = 0; i < frequencies.length; i++) {
            double ramp = (i - from) / (from == to ? NO_SINGULARITY : to - from);
            double stretched = Math.max(0, Math.min(1, ramp));
            frequencies[i] = (float) (frequencies[i] / factor * stretched + frequencies[i] * (1 - stretched));
        }
        return Rotary.of(frequencies, (float) amplitude(parameters, factor));
    }

    /** The index of the frequency that makes so many rotations within the original context. */
    private static double index(double times, int size, double base, double context) {
        return size * Math.log(context / (times * 2 * Math.PI)) / (2 * Math.log(base));
    }

    private static double amplitude(ModelConfig parameters, double factor) {
        if (parameters.has("attention_factor")) {
            return parameters.number("attention_factor");
        }
        double scale = parameters.nonNegative("mscale", 0);
        double all = parameters.nonNegative("mscale_all_dim", 0);
        return scale > 0 && all > 0 ? growth(factor, scale) / growth(factor, all) : growth(factor, 1);
    }

    /** How much the amplitude grows with the factor. */
    static double growth(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }
}
