package dev.embedonce.spark.internal.host;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.spark.job.EncoderSpec;
import java.io.Serializable;

/**
 * The encoder of a run, as the tasks are told of it: every process opens its own, and refuses to go on with another.
 */
public record RunEncoder(EncoderSpec spec, String modelVersion, String preprocVersion) implements Serializable {

    /**
     * The encoder that this process has, where the run is started.
     *
     * @throws ModelLoadException if it cannot be opened
     */
    public static RunEncoder of(EncoderSpec spec) {
        ImageEncoder encoder = Encoders.known(spec);
        return new RunEncoder(spec, encoder.modelVersion(), encoder.preprocVersion());
    }

    /**
     * The encoder that this process has, where a task runs.
     *
     * @throws ModelLoadException if it cannot be opened, or is another one than the run's
     */
    public ImageEncoder open() {
        ImageEncoder encoder = Encoders.open(spec);
        if (!encoder.modelVersion().equals(modelVersion)
                || !encoder.preprocVersion().equals(preprocVersion)) {
            throw new ModelLoadException("model '" + spec.model()
                    + "' is another one here than where the run was started:"
                    + " expected " + modelVersion + ", " + preprocVersion + "; found " + encoder.modelVersion() + ", "
                    + encoder.preprocVersion());
        }
        return encoder;
    }

    /** Where the answer for a content is kept. */
    public CacheKey key(ContentHash content) {
        return new CacheKey(modelVersion, preprocVersion, content);
    }
}
