package dev.embedonce.vlm.family;

import java.util.List;
import java.util.Optional;

/** A family of vision-language models. Stateless. */
public interface Family {
    /** The {@code model_type} of its config.json. */
    String modelType();

    /**
     * Tokens that the family's processor adds to the tokenizer in code, in order; those that its files name are passed over.
     */
    default List<String> addedTokens() {
        return List.of();
    }

    /** A chat template for models that are published without one. */
    default Optional<String> chatTemplate() {
        return Optional.empty();
    }

    /**
     * Opens a model: reads the config, builds the graphs over the weights.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and the field, tensor or setting that does not fit; nothing
     *     stays open then
     */
    FamilyModel open(FamilyFiles files, FamilyOptions options);
}
