package dev.embedonce.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.encoder.VectorOutput.Reduction;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the sentence-transformers layout says about pooling and normalising: {@code 1_Pooling/config.json} and the list
 * in {@code modules.json}.
 *
 * @param pooling empty if the folder says nothing about it
 */
record SentenceTransformersConfig(Optional<Reduction> pooling, boolean normalize) {
    /** For a model that is not laid out that way. */
    static final SentenceTransformersConfig NONE = new SentenceTransformersConfig(Optional.empty(), false);

    private static final String POOLING = "1_Pooling/config.json";
    private static final String MODE = "pooling_mode_";

    static SentenceTransformersConfig read(JsonFiles files) {
        Optional<Reduction> pooling =
                files.tree(POOLING).map(json -> pooling(files.directory().resolve(POOLING), json));
        boolean normalize = files.tree("modules.json")
                .map(SentenceTransformersConfig::endsWithNormalize)
                .orElse(false);
        return new SentenceTransformersConfig(pooling, normalize);
    }

    private static Reduction pooling(Path file, JsonNode json) {
        List<String> modes = new ArrayList<>();
        json.properties().forEach(field -> {
            if (field.getKey().startsWith(MODE) && field.getValue().asBoolean()) {
                modes.add(field.getKey().substring(MODE.length()));
            }
        });
        if (json.path("pooling_mode").isTextual()) {
            modes.add(json.path("pooling_mode").asText());
        }
        if (modes.size() == 1) {
            switch (modes.get(0)) {
                case "cls_token", "cls" -> {
                    return Reduction.FIRST_TOKEN;
                }
                case "mean_tokens", "mean" -> {
                    return Reduction.MEAN;
                }
                default -> {
                    // refused below
                }
            }
        }
        throw new ModelLoadException(
                file + ": expected exactly one pooling mode, cls_token or mean_tokens; found " + modes);
    }

    private static boolean endsWithNormalize(JsonNode modules) {
        for (JsonNode module : modules) {
            if (module.path("type").asText().endsWith(".Normalize")) {
                return true;
            }
        }
        return false;
    }
}
