package dev.embedonce.vlm.decoder.rope;

import dev.embedonce.model.ModelConfig;
import java.util.List;

/**
 * Reads rotary position embeddings (RoPE): {@code rope_theta} and {@code rope_scaling} of published configs, or {@code
 * rope_parameters} as transformers 5 writes them.
 */
// Source: transformers 5.23, modeling_rope_utils.py
public final class Rotaries {
    private static final String DEFAULT = "default";

    private Rotaries() {}

    private static ModelConfig parameters(ModelConfig config) {
        return config.optionalObject(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    }

    /**
     * What DeepSeek's models multiply scores of attention by where YaRN stretches their context; 1 where nothing does.
     */
    // Source: transformers 5.23, models/deepseek_v3/modeling_deepseek_v3.py, yarn_apply_mscale
    public static double scoreFactor(ModelConfig config) {
        ModelConfig parameters = parameters(config);
        double scale = parameters.nonNegative("mscale_all_dim", 0);
        boolean stretched = !parameters.text(type(parameters), DEFAULT).equals(DEFAULT);
        double growth = stretched && scale > 0 ? Yarn.growth(parameters.number("factor"), scale) : 1;
        return growth * growth;
    }

    /**
     * The rotary positions of a text config.
     *
     * @param size channels of a head
     * @param theta where the config says none
     * @throws dev.embedonce.error.ModelLoadException if the scaling is of a kind that is not supported
     */
    public static Rotary read(ModelConfig config, int size, double theta) {
        ModelConfig parameters = parameters(config);
        double base =
                parameters.has("rope_theta") ? parameters.number("rope_theta") : config.number("rope_theta", theta);
        return LongRope.isIn(parameters) ? LongRope.read(config, parameters, base, size) : read(parameters, base, size);
    }

    /**
     * Rotary positions with the scaling of an object like {@code rope_scaling}.
     *
     * @param base of the frequencies
     * @param size channels of a head
     * @throws dev.embedonce.error.ModelLoadException if the scaling is of a kind that is not supported
     */
    public static Rotary read(ModelConfig parameters, double base, int size) {
        Rotary rotary = oneAxis(parameters, base, size);
        if (!parameters.has("mrope_section")) {
            return rotary;
        }
        int[] sections = sections(parameters, size / 2);
        return parameters.flag("mrope_interleaved", false) ? rotary.interleaved(sections) : rotary.inSections(sections);
    }

    private static Rotary oneAxis(ModelConfig parameters, double base, int size) {
        float[] frequencies = Rotary.frequencies(base, size);
        switch (parameters.oneOf(type(parameters), DEFAULT, "mrope", "dynamic", "linear", "llama3", "yarn")) {
            case "dynamic" -> {
                // Changes what lies beyond the trained context, at which contexts end here.
                if (parameters.has("alpha")) {
                    throw parameters.refused("alpha", "none");
                }
            }
            case "linear" -> scaleAll(frequencies, parameters.number("factor"));
            case "llama3" -> scaleByWavelength(frequencies, parameters);
            case "yarn" -> {
                return Yarn.read(parameters, base, size);
            }
            default -> {
                // as they are
            }
        }
        return Rotary.of(frequencies, 1);
    }

    /** The field that says the kind of scaling. */
    static String type(ModelConfig parameters) {
        return parameters.has("rope_type") ? "rope_type" : "type";
    }

    private static int[] sections(ModelConfig parameters, int pairs) {
        List<Integer> sections = parameters.positives("mrope_section");
        if (sections.size() != 3
                || sections.stream().mapToInt(Integer::intValue).sum() != pairs) {
            throw parameters.refused("mrope_section", "three numbers that add up to " + pairs);
        }
        return sections.stream().mapToInt(Integer::intValue).toArray();
    }

    private static void scaleAll(float[] frequencies, double factor) {
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] /= (float) factor;
        }
    }

    /** Low frequencies are divided by the factor, high ones are left, those between in part. */
    private static void scaleByWavelength(float[] frequencies, ModelConfig parameters) {
        double factor = parameters.number("factor");
        double low = parameters.number("low_freq_factor");
        double high = parameters.number("high_freq_factor");
        double context = parameters.positive("original_max_position_embeddings");
        for (int i = 0; i < frequencies.length; i++) {
            double wavelength = 2 * Math.PI / frequencies[i];
            if (wavelength > context / low) {
                frequencies[i] = (float) (frequencies[i] / factor);
            } else if (wavelength >= context / high) {
                double smooth = (context / wavelength - low) / (high - low);
                frequencies[i] = (float) ((1 - smooth) * frequencies[i] / factor + smooth * frequencies[i]);
            }
        }
    }
}
