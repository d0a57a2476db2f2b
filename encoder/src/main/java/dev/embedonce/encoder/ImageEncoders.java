package dev.embedonce.encoder;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.hub.Hub;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Opens image encoders. */
public final class ImageEncoders {
    /** The name of the bundled encoder. A folder of that name is written {@code ./default}. */
    public static final String DEFAULT = "default";

    private ImageEncoders() {}

    /**
     * Opens the encoder called {@code model}: {@value #DEFAULT} for the bundled one, a model folder, an {@code .onnx}
     * file in one, or {@code organisation/name[@revision]} on the hub.
     *
     * @throws ModelLoadException if there is no such model, or it cannot be made ready; one line that names file and
     *     reason
     */
    public static ImageEncoder open(String model, EncoderOptions options) {
        if (model.equals(DEFAULT)) {
            return BundledModel.open(options);
        }
        return open(folder(model, options), options);
    }

    /**
     * Finds a model's files without opening it: a folder or {@code .onnx} file, else the hub's cache, else the hub.
     *
     * @throws ModelLoadException if there is no such model
     */
    public static Path folder(String model, EncoderOptions options) {
        return folder(model, options, new HubModelFiles(false));
    }

    /**
     * Finds the files of a model of which the text side is needed too, its tokenizer among them.
     *
     * @throws ModelLoadException if there is no such model
     */
    public static Path folderWithTokenizer(String model, EncoderOptions options) {
        return folder(model, options, new HubModelFiles(true));
    }

    /** The folder with the JSON files of a model that {@link #folder} has found. */
    public static Path settingsFolder(Path model) {
        return Files.isRegularFile(model) ? ReadyOnnx.folderOf(model) : model;
    }

    /** The ready ONNX file that a folder's pictures are encoded with, if it has one. */
    public static Optional<Path> readyOnnx(Path folder) {
        return ReadyOnnx.fileIn(folder);
    }

    private static Path folder(String model, EncoderOptions options, HubModelFiles files) {
        return new Hub(options.hub(), options.hubProgress()).find(model, files, ".onnx");
    }

    /**
     * Opens the encoder in a model folder, or of one {@code .onnx} file in such a folder. Where a folder has both, the
     * ready ONNX file counts, not the safetensors.
     *
     * @throws ModelLoadException as for a name
     */
    public static ImageEncoder open(Path path, EncoderOptions options) {
        if (Files.isRegularFile(path)) {
            return ReadyOnnx.open(settingsFolder(path), path, options);
        }
        Optional<Path> onnx = ReadyOnnx.fileIn(path);
        if (onnx.isPresent()) {
            return ReadyOnnx.openFound(path, onnx.get(), options);
        }
        if (Checkpoint.isPresent(path)) {
            return BuiltEncoder.open(path, options);
        }
        throw new ModelLoadException(path + ": no model found; looked for " + String.join(", ", ReadyOnnx.FILES)
                + ", model.safetensors and model.safetensors.index.json");
    }
}
