package dev.embedonce.vlm.load;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a model.
 *
 * @param directory holds {@code config.json}, the processor's and tokenizer's files and the safetensors
 * @param tensors what a processor has made of the request that the model is opened for; then no other files are read than
 *     {@code config.json} and the safetensors
 */
public record FamilyFiles(Path directory, Weights weights, Optional<Map<String, Tensor>> tensors) {

    /**
     * Finds the weights of a model.
     *
     * @throws ModelLoadException if they are missing or damaged
     */
    public static FamilyFiles of(Path directory) {
        return new FamilyFiles(directory, Checkpoint.open(directory), Optional.empty());
    }

    /**
     * Finds the weights of a model for tensors that a processor has made, which need nothing beside {@code config.json}.
     *
     * @param tensors by transformers' names, such as {@code pixel_values}
     * @throws ModelLoadException if they are missing or damaged
     */
    public static FamilyFiles forTensors(Path directory, Map<String, Tensor> tensors) {
        return new FamilyFiles(directory, Checkpoint.open(directory), Optional.of(Map.copyOf(tensors)));
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

    /** The config, with nothing read of it yet. */
    public ModelConfig config() {
        return ModelConfig.read(directory);
    }

    /**
     * The settings of the image processor, with nothing read of them yet: those within {@code processor_config.json}, or else
     * {@code preprocessor_config.json}.
     *
     * @throws ModelLoadException if there are none
     */
    public ModelConfig imageProcessor() {
        Path processor = directory.resolve("processor_config.json");
        if (Files.isRegularFile(processor)) {
            ModelConfig config = ModelConfig.readFile(processor);
            if (config.has("image_processor")) {
                return config.object("image_processor");
            }
        }
        return ModelConfig.readFile(directory.resolve("preprocessor_config.json"));
    }

    /**
     * What chat templates write where a picture is: {@code image_token} of {@code processor_config.json}.
     *
     * @param missing the family's, where that file is silent
     */
    public String imageToken(String missing) {
        Path processor = directory.resolve("processor_config.json");
        if (tensors.isEmpty() && Files.isRegularFile(processor)) {
            ModelConfig config = ModelConfig.readFile(processor);
            if (config.has("image_token")) {
                return config.text("image_token");
            }
        }
        return missing;
    }

    /**
     * The settings of the model's processor, {@code processor_config.json}, with nothing read of them yet.
     *
     * @throws ModelLoadException if there is none
     */
    public ModelConfig processor() {
        return ModelConfig.readFile(directory.resolve("processor_config.json"));
    }
}
