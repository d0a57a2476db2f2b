package dev.embedonce.spark.internal.host;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.spark.job.EncoderSpec;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** This process's encoders, one for each that it was asked for: tasks are threads that share its weights. */
final class Encoders {
    private static final ConcurrentMap<EncoderSpec, ImageEncoder> OPEN = new ConcurrentHashMap<>();

    /** Its initialiser runs once. */
    private static final class OnnxRuntime {
        static {
            Natives.unpackOnceAHost();
        }

        static void prepare() {}
    }

    private Encoders() {}

    /**
     * The encoder, to be asked for its versions: the bundled one's session is not opened for that.
     *
     * @throws ModelLoadException if it cannot be opened
     */
    static ImageEncoder known(EncoderSpec spec) {
        return OPEN.computeIfAbsent(spec, one -> {
            if (!one.model().equals(ImageEncoders.DEFAULT)) {
                OnnxRuntime.prepare();
            }
            return ImageEncoders.open(HostModels.local(one.model()), one.encoderOptions());
        });
    }

    /**
     * The encoder, to encode with.
     *
     * @throws ModelLoadException if it cannot be opened
     */
    static ImageEncoder open(EncoderSpec spec) {
        OnnxRuntime.prepare();
        return known(spec);
    }
}
