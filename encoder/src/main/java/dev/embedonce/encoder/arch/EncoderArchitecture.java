package dev.embedonce.encoder.arch;

import dev.embedonce.model.ModelFiles;
import java.util.Set;

/**
 * Knows how one {@code model_type} computes: reads its config, names its tensors, builds its graph. Stateless and
 * thread-safe.
 */
public interface EncoderArchitecture {
    /** The sides this model type has. */
    Set<Modality> modalities();

    /**
     * Builds one side.
     *
     * @param modality one of {@link #modalities()}
     * @throws dev.embedonce.error.ModelLoadException if the config or a tensor is not what the architecture needs; the
     *     message names file and field
     */
    BuiltModel build(ModelFiles files, Modality modality, BuildOptions options);
}
