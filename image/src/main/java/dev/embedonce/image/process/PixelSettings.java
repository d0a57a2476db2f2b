package dev.embedonce.image.process;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.resize.ResampleFilter;
import java.util.List;

/**
 * The settings of pixels that all image processors of transformers name alike, those of encoders and of
 * vision-language models. Immutable.
 */
public record PixelSettings(ResampleFilter filter, AlphaPolicy alpha, ChannelMath math) {
    /**
     * Reads {@code resample}, {@code do_convert_rgb} (what happens to transparency, unless the options say it) and
     * what is said about rescaling and normalising.
     *
     * @param filter where the settings are silent
     * @param norm likewise
     * @param convertRgb likewise: whether transparency is laid over white
     * @throws ModelLoadException if a value is not supported, by name
     */
    public static PixelSettings read(
            ProcessorFields fields, PixelOptions options, ResampleFilter filter, ImageNorm norm, boolean convertRgb) {
        AlphaPolicy configured = fields.flag("do_convert_rgb", convertRgb) ? AlphaPolicy.OVER_WHITE : AlphaPolicy.DROP;
        return new PixelSettings(
                filter(fields, filter), options.alpha() == null ? configured : options.alpha(), math(fields, norm));
    }

    private static ResampleFilter filter(ProcessorFields fields, ResampleFilter missing) {
        int code = fields.integer("resample", missing.pillowCode());
        try {
            return ResampleFilter.ofPillowCode(code);
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(fields.source() + ": \"resample\": " + e.getMessage(), e);
        }
    }

    private static ChannelMath math(ProcessorFields fields, ImageNorm norm) {
        double factor = fields.number("rescale_factor", 1.0 / 255);
        double[] mean = array(fields.channels("image_mean", norm.mean()));
        double[] std = array(fields.channels("image_std", norm.std()));
        ChannelMath plain = ChannelMath.none();
        ChannelMath scaled = fields.flag("do_rescale", true) ? plain.rescaled(factor) : plain;
        if (!fields.flag("do_normalize", true)) {
            return scaled;
        }
        try {
            return scaled.normalised(mean, std);
        } catch (IllegalArgumentException e) {
            throw new ModelLoadException(fields.source() + ": \"image_mean\" and \"image_std\": " + e.getMessage(), e);
        }
    }

    static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
