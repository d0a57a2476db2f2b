package dev.embedonce.encoder.arch;

import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.Weights;
import dev.embedonce.model.ModelConfig;
import java.nio.file.Path;

/**
 * A model directory with its config read and its weights found.
 *
 * @param directory holds {@code config.json} and the safetensors
 */
public record ModelFiles(Path directory, ModelConfig config, Weights weights) {

    /**
     * Reads the config and the headers of the weight files.
     *
     * @throws dev.embedonce.error.ModelLoadException if one is missing or damaged
     */
    public static ModelFiles open(Path directory) {
        return new ModelFiles(directory, ModelConfig.read(directory), Checkpoint.open(directory));
    }
}
