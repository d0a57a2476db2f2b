package dev.embedonce.cli.pictures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.encoder.EncoderOptions;
import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.hub.Hub;
import dev.embedonce.hub.HubFiles;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Finds how a model wants its pixels, without opening the model: its JSON files are enough. */
final class ModelPixels {
    private static final String CONFIG = "config.json";
    private static final String PREPROCESSOR = "preprocessor_config.json";
    private static final String PROCESSOR = "processor_config.json";

    private ModelPixels() {}

    /**
     * The image processor of a model.
     *
     * @param model {@code default}, a folder with at least a processor configuration, an {@code .onnx} file in or below
     *     one, or {@code organisation/name[@revision]} on the hub, of which only the JSON files are fetched
     * @throws ModelLoadException if there is no such model, or its configuration is not to be had or not understood
     */
    static ImageProcessor of(String model, PixelOptions options) {
        if (model.equals(ImageEncoders.DEFAULT)) {
            return bundled(options);
        }
        EncoderOptions hub = EncoderOptions.defaults();
        Path path = new Hub(hub.hub(), hub.hubProgress()).find(model, new PixelFiles(), ".onnx");
        return HfImageProcessors.read(ImageEncoders.settingsFolder(path), options);
    }

    /** The files that pixels depend on. */
    private static final class PixelFiles implements HubFiles {
        @Override
        public boolean isComplete(Path folder) {
            return Files.exists(folder.resolve(PREPROCESSOR)) || Files.exists(folder.resolve(PROCESSOR));
        }

        @Override
        public Set<String> wanted(Path folder, Set<String> available) {
            return Set.of(CONFIG, PREPROCESSOR, PROCESSOR);
        }
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
