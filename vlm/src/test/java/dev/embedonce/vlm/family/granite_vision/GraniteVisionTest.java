package dev.embedonce.vlm.family.granite_vision;

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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraniteVisionTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("granite_vision", List.of("published", "transformers5"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"granite_vision", "granite-vision"})
    void modelTypesOfConvertedFiles_areOpened(String modelType, @TempDir Path temp) throws IOException {
        Path folder = Goldens.of("granite_vision", "published").model(temp.resolve("model"));
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("llava_next", modelType));

        assertThat(Families.of(new JsonFiles(folder))).isInstanceOf(GraniteVision.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            config.json              | "vision_feature_select_strategy": "full" | "x": 0             | vision_feature_select_strategy
            config.json              | -5,                                      | -7,                | vision_feature_layer
            preprocessor_config.json | "height": 20                             | "height": 24       | height
            preprocessor_config.json | 80                                       | 100                | image_grid_pinpoints
            config.json              | "logits_scaling": 1.5                    | "logits_scaling": 0 | logits_scaling
            config.json              | "intermediate_size": 56                  | "intermediate_size": 64 | mlp.fc1.weight
            config.json              | "num_hidden_layers": 5                   | "num_hidden_layers": 6 | layers.5.
            config.json              | "granite"                                | "granitemoe"       | granite_vision, llava_next
            """)
    void open_filesThatDoNotFit_areRefusedByName(
            String file, String from, String to, String field, @TempDir Path temp) {
        String named = field.endsWith("weight") || field.endsWith(".") ? "model.safetensors" : file;
        assertRefused(temp, "granite_vision", file, from, to, named, field);
    }
}
