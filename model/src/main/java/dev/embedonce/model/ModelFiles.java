package dev.embedonce.model;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import java.nio.file.Path;

/** The files of a model in safetensors: its weights found, each file of settings parsed once. Thread-safe. */
public class ModelFiles {
    private static final String PROCESSOR = "processor_config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    private final JsonFiles json;
    private final Weights weights;

    protected ModelFiles(JsonFiles json, Weights weights) {
        this.json = json;
        this.weights = weights;
    }

    /**
     * Reads the headers of the weight files.
     *
     * @param directory holds {@code config.json} and the safetensors, and what else the model has
     * @throws ModelLoadException if they are missing or damaged
     */
    public static ModelFiles open(Path directory) {
        return new ModelFiles(new JsonFiles(directory), Checkpoint.open(directory));
    }

    public final Path directory() {
        return json.directory();
    }

    /** All the folder's files of settings. */
    public final JsonFiles json() {
        return json;
    }

    /**
     * The settings of the model.
     *
     * @throws ModelLoadException if {@code config.json} is missing or no JSON object
     */
    public ModelConfig config() {
        return json.required("config.json");
    }

    public final Weights weights() {
        return weights;
    }

    /**
     * The settings of the image processor, {@linkplain ModelConfig#recordedBy recorded} anew by each call: those within
     * {@code processor_config.json}, or else {@code preprocessor_config.json}.
     *
     * @throws ModelLoadException if there are none
     */
    public final ModelConfig imageProcessor() {
        return json.config(PROCESSOR)
                .filter(all -> all.has("image_processor"))
                .map(all -> all.object("image_processor"))
                .orElseGet(() -> json.required(PREPROCESSOR))
                .recordedBy(new ConfigRecord());
    }

    /**
     * The settings of the model's processor, {@code processor_config.json}.
     *
     * @throws ModelLoadException if there is none
     */
    public final ModelConfig processor() {
        return json.required(PROCESSOR);
    }
}
