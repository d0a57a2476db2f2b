package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.cli.CliException;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.HfImageProcessors;
import dev.embedonce.image.ImageProcessor;
import dev.embedonce.image.PixelOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Finds how a model wants its pixels, without opening the model: its JSON files are enough. */
final class ModelPixels {
    private static final String CONFIG = "config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String PROCESSOR = "processor_config.json";

    private ModelPixels() {}

    /**
     * The image processor of a model.
     *
     * @param model {@code default}, a folder with at least a processor configuration, or an {@code .onnx} file in or below one
     * @throws CliException if there is no such model
     * @throws ModelLoadException if its configuration is not understood
     */
    static ImageProcessor of(String model, PixelOptions options) {
        return model.equals(ImageEncoders.DEFAULT) ? bundled(options) : HfImageProcessors.read(folder(model), options);
    }

    private static Path folder(String model) {
        Path path;
        try {
            path = Path.of(model);
        } catch (InvalidPathException e) {
            throw new CliException("not a path: " + model);
        }
        if (Files.isDirectory(path)) {
            return path;
        }
        if (!Files.isRegularFile(path) || !model.endsWith(".onnx")) {
            throw new CliException("no such model: '" + model + "' is neither '" + ImageEncoders.DEFAULT
                    + "' nor a folder nor an .onnx file");
        }
        Path own = path.toAbsolutePath().getParent();
        Path above = own == null ? null : own.getParent();
        if (own == null) {
            throw new CliException("no folder of " + model);
        }
        return above != null && !hasProcessor(own) && hasProcessor(above) ? above : own;
    }

    private static boolean hasProcessor(Path folder) {
        return Files.exists(folder.resolve(PREPROCESSOR)) || Files.exists(folder.resolve(PROCESSOR));
    }

    private static ImageProcessor bundled(PixelOptions options) {
        try {
            JsonNode config = new ObjectMapper().readTree(resource(CONFIG));
            return HfImageProcessors.parse(
                    resource(PREPROCESSOR), config.path("model_type").asText(), options);
        } catch (IOException e) {
            throw new ModelLoadException("the bundled default encoder: " + CONFIG + " cannot be read", e);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = ImageEncoders.class.getResourceAsStream("default/" + name)) {
            if (in == null) {
                throw new ModelLoadException("the bundled default encoder: " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
