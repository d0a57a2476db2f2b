package dev.embedonce.vlm.family;

import dev.embedonce.encoder.arch.ModelConfig;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of a model.
 *
 * @param directory holds {@code config.json}, the processor's and tokenizer's files and the safetensors
 */
public record FamilyFiles(Path directory, Weights weights) {

    /**
     * Finds the weights of a model.
     *
     * @throws ModelLoadException if they are missing or damaged
     */
    public static FamilyFiles of(Path directory) {
        return new FamilyFiles(directory, Checkpoint.open(directory));
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
        if (Files.isRegularFile(processor)) {
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
