package dev.embedonce.vlm.decoder.text;

import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.decoder.layer.TextModel;
import java.util.List;

/** Reads the configs of one kind of language model. Stateless. */
interface TextReader {
    /** The values of {@code model_type} it reads. */
    List<String> modelTypes();

    /** Whether the LM head is the embedding table where configs do not say. */
    default boolean tiedByDefault() {
        return false;
    }

    /**
     * Reads a config.
     *
     * @param tied whether the LM head is the embedding table
     * @throws dev.embedonce.error.ModelLoadException if a field is not supported
     */
    TextModel read(ModelConfig config, boolean tied);
}
