package dev.embedonce.vlm.decoder.rope;

import dev.embedonce.model.ModelConfig;
import java.util.List;

/**
 * LongRoPE, "su" in older configs: each frequency is divided by a factor of its own, of one list in sequences up to the
 * length that a model was first trained on, and of another in longer ones; cosines and sines are multiplied by an
 * amplitude. All tokens of a sequence have the same list, so a sequence that grows beyond that length is computed anew.
 */
// Source: transformers 5.23, modeling_rope_utils.py, _compute_longrope_parameters
final class LongRope {
    private static final String CONTEXT = "original_max_position_embeddings";

    private LongRope() {}

    static boolean isIn(ModelConfig parameters) {
        return List.of("longrope", "su").contains(parameters.text(Rotaries.type(parameters), ""));
    }

    /**
     * The rotary positions of one axis.
     *
     * @param config of the text; it says the lengths of sequences where the parameters do not
     * @param base of the frequencies
     * @param size channels that are rotated
     */
    static Rotary read(ModelConfig config, ModelConfig parameters, double base, int size) {
        for (String own : List.of("short_mscale", "long_mscale")) {
            if (parameters.has(own)) {
                throw parameters.refused(own, "none (not supported)");
            }
        }
        int context = (parameters.has(CONTEXT) ? parameters : config).positive(CONTEXT);
        float amplitude = (float) amplitude(config, parameters, context);
        Rotary beyond = rotary(parameters, "long_factor", base, size, amplitude);
        return rotary(parameters, "short_factor", base, size, amplitude).upTo(context, beyond);
    }

    private static double amplitude(ModelConfig config, ModelConfig parameters, int context) {
        if (parameters.has("attention_factor")) {
            return parameters.number("attention_factor");
        }
        double growth = parameters.has("factor")
                ? parameters.number("factor")
                : (double) config.positive("max_position_embeddings") / context;
        return growth <= 1 ? 1 : Math.sqrt(1 + Math.log(growth) / Math.log(context));
    }

    private static Rotary rotary(ModelConfig parameters, String name, double base, int size, float amplitude) {
        List<Double> factors = parameters.numbers(name, List.of());
        if (factors.size() != size / 2 || factors.stream().anyMatch(factor -> factor <= 0)) {
            throw parameters.refused(name, size / 2 + " numbers above 0");
        }
        float[] frequencies = new float[size / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float power = (float) Math.pow((float) base, (float) (2 * i) / size);
            frequencies[i] = 1f / (factors.get(i).floatValue() * power);
        }
        return Rotary.of(frequencies, amplitude);
    }
}
