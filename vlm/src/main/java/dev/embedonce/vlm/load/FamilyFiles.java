package dev.embedonce.vlm.load;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.value.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The files of a vision-language model, and what stands for some of them. */
public final class FamilyFiles extends ModelFiles {
    private final Optional<Map<String, Tensor>> tensors;
    private final Optional<String> part;

    /**
     * The files in a folder, with weights that may come from another.
     *
     * @param tensors see {@link #tensors}
     */
    public FamilyFiles(Path directory, Weights weights, Optional<Map<String, Tensor>> tensors) {
        this(new JsonFiles(directory), weights, tensors, Optional.empty());
    }

    private FamilyFiles(JsonFiles json, Weights weights, Optional<Map<String, Tensor>> tensors, Optional<String> part) {
        super(json, weights);
        this.tensors = tensors.map(Map::copyOf);
        this.part = part;
    }

    /**
     * Finds the weights of a model.
     *
     * @throws ModelLoadException if they are missing or damaged
     */
    public static FamilyFiles of(Path directory) {
        return of(new JsonFiles(directory));
    }

    /** As {@link #of(Path)}, for a folder of which some files are parsed already. */
    public static FamilyFiles of(JsonFiles json) {
        return new FamilyFiles(json, Checkpoint.open(json.directory()), Optional.empty(), Optional.empty());
    }

    /**
     * Finds the weights of a model for tensors that a processor has made, which need nothing beside {@code
     * config.json}.
     *
     * @param tensors by transformers' names, such as {@code pixel_values}
     * @throws ModelLoadException if they are missing or damaged
     */
    public static FamilyFiles forTensors(Path directory, Map<String, Tensor> tensors) {
        return new FamilyFiles(directory, Checkpoint.open(directory), Optional.of(tensors));
    }

    /**
     * The same files, whose {@link #config} is an object in {@code config.json}: that of a part which is a model of its
     * own.
     */
    public FamilyFiles within(String field) {
        return new FamilyFiles(json(), weights(), tensors, Optional.of(field));
    }

    @Override
    public ModelConfig config() {
        ModelConfig whole = super.config();
        return part.map(whole::object).orElse(whole);
    }

    /**
     * What a processor has made of the request that the model is opened for; then no other files are read than {@code
     * config.json} and the safetensors.
     */
    public Optional<Map<String, Tensor>> tensors() {
        return tensors;
    }

    /**
     * Pixels a side of the square pictures among the given tensors, for models whose config does not say it.
     *
     * @param missing where no tensors or no pictures are given
     */
    public int givenSide(int missing) {
        return tensors.map(given -> given.get("pixel_values"))
                .filter(pixels -> pixels.rank() > 0)
                .map(pixels -> Math.toIntExact(pixels.dim(pixels.rank() - 1)))
                .orElse(missing);
    }

    /**
     * What chat templates write where a picture is: {@code image_token} of {@code processor_config.json}.
     *
     * @param missing the family's, where that file is silent
     */
    public String imageToken(String missing) {
        return token("processor_config.json", "image_token", missing);
    }

    /**
     * A token that a file of settings names.
     *
     * @param missing the family's, where there is no such file or it is silent
     */
    public String token(String file, String name, String missing) {
        if (tensors.isPresent()) {
            return missing;
        }
        return json().config(file)
                .filter(config -> config.has(name))
                .map(config -> config.text(name))
                .orElse(missing);
    }
}
