package dev.embedonce.spark.job;

import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.arch.Pooling;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.image.resize.PillowProfile;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which encoder, and what shapes its vectors, in words that can travel: every process opens its own. Immutable.
 *
 * @param model {@code default} for the bundled one, a folder, a URI of a folder such as {@code hdfs://...}, or a name
 *     on the hub
 * @param normalize whether vectors are scaled to length 1
 * @param dtype {@code float32}, {@code int8} or {@code int4}
 * @param pooling {@code cls}, {@code mean}, {@code pooler} or {@code projection}; null for the model's own
 * @param output the output of a ready ONNX model; null to choose by rule
 * @param profile {@code pillow-12} or {@code pillow-13}; null for the default
 * @param device {@code cpu} or {@code cuda}
 * @param batch the most pictures in one call of the encoder
 */
public record EncoderSpec(
        String model,
        boolean normalize,
        String dtype,
        @Nullable String pooling,
        @Nullable String output,
        @Nullable String profile,
        String device,
        int batch)
        implements Serializable {

    /**
     * How to open it: with one thread, since tasks are the threads.
     *
     * @throws IllegalArgumentException if one of the words is unknown
     */
    public EncoderOptions encoderOptions() {
        EncoderOptions.Builder options = EncoderOptions.builder();
        if (pooling != null) {
            options.pooling(named(Pooling.class, pooling));
        }
        if (output != null) {
            options.output(output);
        }
        PixelOptions pixels = PixelOptions.defaults();
        return options.device(Device.ofName(device))
                .numericMode(named(NumericMode.class, dtype))
                .batchSize(batch)
                .threads(1)
                .normalize(normalize)
                .pixels(profile == null ? pixels : pixels.withProfile(PillowProfile.ofLabel(profile)))
                .build();
    }

    private static <E extends Enum<E>> E named(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is not one of "
                        + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)));
    }
}
