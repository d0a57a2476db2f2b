package dev.embedonce.vlm.family.pixtral;

import static dev.embedonce.vlm.family.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.model.JsonFiles;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PixtralTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("pixtral", List.of("published", "transformers5"));
    }

    @Test
    void modelTypeOfConvertedFiles_isOpened(@TempDir Path temp) throws IOException {
        Path folder = Goldens.of("pixtral", "published").model(temp.resolve("model"));
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"llava\"", "\"pixtral\""));

        assertThat(Families.of(new JsonFiles(folder))).isInstanceOf(Pixtral.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            config.json           | "full"                           | "default"                  | vision_feature_select_strategy
            config.json           | "vision_feature_layer": -1       | "vision_feature_layer": -5 | vision_feature_layer
            config.json           | "vision_feature_layer": -1       | "vision_feature_layer": [-1, -2] | vision_feature_layer
            processor_config.json | "patch_size": 8                  | "patch_size": 16           | patch_size
            config.json           | "intermediate_size": 56          | "intermediate_size": 64    | feed_forward.gate_proj.weight
            config.json           | "num_hidden_layers": 3           | "num_hidden_layers": 4     | layers.3.
            config.json           | "ignore_index"                   | "multimodal_projector_bias": 1, "ignore_index" | multimodal_projector_bias
            """)
    void open_filesThatDoNotFit_areRefusedByName(
            String file, String from, String to, String field, @TempDir Path temp) {
        String named = field.endsWith("weight") || field.endsWith(".") ? "model.safetensors" : file;
        assertRefused(temp, "pixtral", file, from, to, named, field);
    }
}
