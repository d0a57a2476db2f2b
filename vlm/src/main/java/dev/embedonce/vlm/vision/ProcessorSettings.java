package dev.embedonce.vlm.vision;

import dev.embedonce.image.process.ImageNorm;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.process.PixelSettings;
import dev.embedonce.image.process.PixelValues;
import dev.embedonce.image.process.ProcessorFields;
import dev.embedonce.image.resize.ResampleFilter;
import dev.embedonce.model.ModelConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the image processors of all families say alike in their settings. */
public final class ProcessorSettings {
    private static final String CLASS = "image_processor_type";

    /** They name classes, or say how arrays come in and go out; what goes to a tower has one layout here. */
    private static final Set<String> HARMLESS = Set.of(
            CLASS,
            "processor_class",
            "data_format",
            "input_data_format",
            "default_to_square",
            "device",
            "disable_grouping",
            "return_tensors");

    private ProcessorSettings() {}

    /**
     * Refuses settings of another class; those that name none are taken.
     *
     * @param name without {@code Fast} or {@code Pil} at its end, which say how transformers computes
     * @throws dev.embedonce.error.ModelLoadException if another is named
     */
    public static void requireClass(ModelConfig config, String name) {
        if (config.has(CLASS) && !config.text(CLASS).startsWith(name)) {
            throw config.refused(CLASS, name);
        }
    }

    /**
     * Refuses a switch that is not as the only way that is supported; one that is missing is.
     *
     * @throws dev.embedonce.error.ModelLoadException if it says the opposite
     */
    public static void requireFlag(ModelConfig config, String name, boolean supported) {
        if (config.flag(name, supported) != supported) {
            throw config.refused(name, String.valueOf(supported));
        }
    }

    /**
     * Refuses every setting but those that were read, nulls, and those that change no pixel: what is not understood
     * might.
     *
     * @param harmless what changes no pixel with this class, beside what changes none with any
     * @throws dev.embedonce.error.ModelLoadException by name
     */
    public static void refuseOthers(ModelConfig config, String... harmless) {
        Set<String> all = new HashSet<>(HARMLESS);
        all.addAll(List.of(harmless));
        config.refuseOthers(all);
    }

    /** As for encoders. */
    static PixelSettings pixels(
            ModelConfig config, PixelOptions options, ResampleFilter filter, ImageNorm norm, boolean convertRgb) {
        return PixelSettings.read(new Fields(config), options, filter, norm, convertRgb);
    }

    private record Fields(ModelConfig config) implements ProcessorFields {
        @Override
        public String source() {
            return config.file().toString();
        }

        @Override
        public boolean flag(String name, boolean missing) {
            return config.flag(name, missing);
        }

        @Override
        public int integer(String name, int missing) {
            return config.natural(name, missing);
        }

        @Override
        public double number(String name, double missing) {
            return config.number(name, missing);
        }

        @Override
        public List<Double> channels(String name, List<Double> missing) {
            List<Double> values = config.numbers(name, missing);
            if (values.size() != PixelValues.CHANNELS) {
                throw config.refused(name, "three numbers");
            }
            return values;
        }
    }
}
