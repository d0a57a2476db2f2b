package dev.embedonce.encoder;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.runtime.OnnxFile;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.hub.HubFiles;
import dev.embedonce.model.tokenizer.TokenizerForm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files that opening an encoder reads: settings, and either a ready ONNX file with its external data or the
 * safetensors with all their shards. The choice between the two is the same as in a folder.
 */
final class HubModelFiles implements HubFiles {
    private static final List<String> SETTINGS = List.of(
            "config.json",
            "preprocessor_config.json",
            "processor_config.json",
            "modules.json",
            "1_Pooling/config.json");
    private static final String SAFETENSORS = Checkpoint.SINGLE;
    private static final String INDEX = Checkpoint.INDEX;

    private final boolean tokenizer;

    /**
     * The files for a model's pictures, or for its texts too.
     *
     * @param tokenizer whether its tokenizer is needed
     */
    HubModelFiles(boolean tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public boolean isComplete(Path folder) {
        boolean settings = Files.exists(folder.resolve("preprocessor_config.json"))
                || Files.exists(folder.resolve("processor_config.json"));
        Optional<String> model = Stream.concat(ReadyOnnx.FILES.stream(), Stream.of(SAFETENSORS, INDEX))
                .filter(name -> Files.exists(folder.resolve(name)))
                .findFirst();
        return settings
                && (!tokenizer
                        || TokenizerForm.of(name -> Files.exists(folder.resolve(name)))
                                .isPresent())
                && model.isPresent()
                && parts(folder, model.get()).stream().allMatch(part -> Files.exists(folder.resolve(part)));
    }

    @Override
    public Set<String> wanted(Path folder, Set<String> available) {
        Set<String> wanted = new LinkedHashSet<>(SETTINGS);
        if (tokenizer) {
            wanted.addAll(TokenizerForm.of(available::contains)
                    .orElseThrow(() -> new ModelLoadException(
                            "the model has no tokenizer (" + TokenizerForm.names() + "), which its text side needs"))
                    .files());
            wanted.addAll(TokenizerForm.SETTINGS);
        }
        String model = Stream.concat(ReadyOnnx.FILES.stream(), Stream.of(SAFETENSORS, INDEX))
                .filter(available::contains)
                .findFirst()
                .orElseThrow(() -> new ModelLoadException("the model has no file that can be run; looked for "
                        + String.join(", ", ReadyOnnx.FILES) + ", " + SAFETENSORS + ", " + INDEX + "; found "
                        + String.join(", ", new TreeSet<>(available))));
        wanted.add(model);
        if (Files.exists(folder.resolve(model))) {
            wanted.addAll(parts(folder, model));
        }
        return wanted;
    }

    /** The other files that a model's file names. */
    private static Set<String> parts(Path folder, String model) {
        if (model.equals(SAFETENSORS)) {
            return Set.of();
        }
        if (model.equals(INDEX)) {
            return Checkpoint.shards(folder.resolve(model));
        }
        String prefix = model.contains("/") ? model.substring(0, model.lastIndexOf('/') + 1) : "";
        Set<String> data = new TreeSet<>();
        OnnxFile.read(folder.resolve(model)).externalData().keySet().forEach(location -> data.add(prefix + location));
        return data;
    }
}
