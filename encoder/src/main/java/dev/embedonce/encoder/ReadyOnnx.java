package dev.embedonce.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.ModelFolder;
import dev.embedonce.graph.runtime.OnnxFile;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.model.FileDigests;
import dev.embedonce.model.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Opens encoders from ONNX files that are ready to run, in folders as exporters lay them out: {@code model.onnx} or
 * {@code onnx/model.onnx}, external data beside it, {@code config.json} and {@code preprocessor_config.json} at the
 * top.
 */
final class ReadyOnnx {
    /** Where exporters put the picture side of a model; the first that is there is taken. */
    static final List<String> FILES =
            List.of("onnx/vision_model.onnx", "vision_model.onnx", "model.onnx", "onnx/model.onnx");

    private ReadyOnnx() {}

    /** The ONNX file of a model folder, if it has one. */
    static Optional<Path> fileIn(Path folder) {
        return FILES.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst();
    }

    /** The folder with the JSON files that belong to an ONNX file: its own or the one above. */
    static Path folderOf(Path file) {
        Path own = beside(file);
        Path above = own.getParent();
        return above != null && !hasProcessor(own) && hasProcessor(above) ? above : own;
    }

    private static Path beside(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }

    private static boolean hasProcessor(Path folder) {
        return Files.exists(folder.resolve("preprocessor_config.json"))
                || Files.exists(folder.resolve("processor_config.json"));
    }

    /**
     * Opens the ONNX file that was found in a folder, if it lies in it (see {@link ModelFolder}).
     *
     * @throws dev.embedonce.error.ModelLoadException naming the file and what is wrong with it
     */
    static ImageEncoder openFound(Path folder, Path file, EncoderOptions options) {
        try {
            ModelFolder.realPath(folder, file, file.toString());
        } catch (IOException e) {
            throw new ModelLoadException(file + ": cannot be read: " + e, e);
        }
        return open(folder, file, options);
    }

    /**
     * Opens a file that its user has named, whatever links lead to it.
     *
     * @param folder the folder with its JSON files
     * @throws dev.embedonce.error.ModelLoadException naming the file and what is wrong with it
     */
    static ImageEncoder open(Path folder, Path file, EncoderOptions options) {
        EncoderAssembly.requireAsPublished(file.toString(), options);
        JsonFiles json = new JsonFiles(folder);
        Optional<JsonNode> config = json.tree("config.json");
        ImageProcessor processor = HfImageProcessors.read(folder, options.pixels());
        SentenceTransformersConfig sentenceTransformers = SentenceTransformersConfig.read(json);
        try (FileDigests digests = new FileDigests(options.cacheFolder(), options.rehash())) {
            OnnxFile structure = OnnxFile.read(file);
            if (structure.isTraining()) {
                throw new ModelLoadException(
                        file + ": has an operator in training mode, so that its answers change from run to"
                                + " run; export the model for inference");
            }
            boolean runWide = RunWideOperators.in(structure);
            SortedMap<String, Path> externalFiles = structure.resolveExternalData(beside(file));
            String model = digests.sha256(file);
            SortedMap<String, String> external = new TreeMap<>();
            externalFiles.forEach((location, path) -> external.put(location, digests.sha256(path)));
            OnnxSession session = OnnxSession.open(file, EncoderAssembly.sessionOptions(options));
            return EncoderAssembly.closingOnError(session, () -> {
                digests.requireUnchanged();
                String name = file.toString();
                VectorOutput output = OutputRule.choose(name, session, options, sentenceTransformers);
                String version = OnnxVersion.of(config, model, external, runWide, output);
                return EncoderAssembly.assemble(name, session, runWide, output, processor, version, options);
            });
        }
    }
}
