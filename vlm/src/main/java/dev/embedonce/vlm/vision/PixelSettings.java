package dev.embedonce.vlm.vision;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.process.ChannelMath;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.model.ModelConfig;
import java.util.List;

/** The settings of pixels that the processors of all families name alike. */
final class PixelSettings {
    private PixelSettings() {}

    /**
     * {@code resample}.
     *
     * @throws ModelLoadException if it is no filter of Pillow's
     */
    static ResampleFilter filter(ModelConfig config, ResampleFilter missing) {
        try {
            return ResampleFilter.ofPillowCode(config.natural("resample", missing.pillowCode()));
        } catch (IllegalArgumentException e) {
            throw config.refused("resample", "the number of one of Pillow's filters");
        }
    }

    /** What happens to transparency: what the user wants, or else what {@code do_convert_rgb} says. */
    static AlphaPolicy alpha(ModelConfig config, PixelOptions options, boolean convertMissing) {
        boolean convert = config.flag("do_convert_rgb", convertMissing);
        AlphaPolicy wanted = options.alpha();
        return wanted != null ? wanted : convert ? AlphaPolicy.OVER_WHITE : AlphaPolicy.DROP;
    }

    /**
     * What is said about rescaling and normalising.
     *
     * @param mean one a channel, where the configuration is silent
     * @param std one a channel, where the configuration is silent
     * @throws ModelLoadException if there are not three of each, or one of them cannot be
     */
    static ChannelMath math(ModelConfig config, List<Double> mean, List<Double> std) {
        double factor = config.number("rescale_factor", 1.0 / 255);
        ChannelMath plain = ChannelMath.none();
        ChannelMath scaled = config.flag("do_rescale", true) ? plain.rescaled(factor) : plain;
        double[] means = three(config, "image_mean", mean);
        double[] deviations = three(config, "image_std", std);
        boolean normalise = config.flag("do_normalize", true);
        try {
            ChannelMath normalised = scaled.normalised(means, deviations);
            return normalise ? normalised : scaled;
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(config.file() + ": image_mean, image_std: " + e.getMessage(), e);
        }
    }

    private static double[] three(ModelConfig config, String name, List<Double> missing) {
        List<Double> values = config.numbers(name, missing);
        if (values.size() != PixelValues.CHANNELS) {
            throw config.refused(name, "three numbers");
        }
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
