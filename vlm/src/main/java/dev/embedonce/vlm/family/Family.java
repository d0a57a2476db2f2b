package dev.embedonce.vlm.family;

/** A family of vision-language models. Stateless. */
public interface Family {
    /** The {@code model_type} of its config.json. */
    String modelType();

    /**
     * Opens a model: reads the config, builds the graphs over the weights.
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and the field, tensor or setting that does not fit; nothing
     *     stays open then
     */
    FamilyModel open(FamilyFiles files, FamilyOptions options);
}
