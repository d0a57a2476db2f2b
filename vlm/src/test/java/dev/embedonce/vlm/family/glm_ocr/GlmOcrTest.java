package dev.embedonce.vlm.family.glm_ocr;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlmOcrTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("glm_ocr", List.of("published", "transformers5"));
    }

    /** The reference counts each pixel of a picture twice. */
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        ImageSettings asked = golden.settings();
        return asked.maxPixels().isEmpty()
                ? asked
                : ImageSettings.DEFAULT
                        .withMinPixels(asked.minPixels().orElseThrow() / 2)
                        .withMaxPixels(asked.maxPixels().orElseThrow() / 2);
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config.patch_size | 8 | patch_size: expected patches as the image",
                "config.json | vision_config.depth | 3 | blocks.2.",
                "config.json | vision_config.intermediate_size | 44 | mlp.gate_proj.weight: expected shape",
                "config.json | vision_config.out_hidden_size | 44 | downsample.weight: expected shape",
                "config.json | vision_config.in_channels | 4 | in_channels: expected 3",
                "config.json | text_config.model_type | 'glm9_text' | model_type: expected",
                "config.json | text_config.num_hidden_layers | 4 | layers.3.",
                "config.json | text_config.intermediate_size | 60 | mlp.gate_up_proj.weight: expected shape",
                "config.json | text_config.rope_parameters | {} | rope_parameters.mrope_section",
                "config.json | text_config.rope_parameters | {'mrope_section': [2, 3, 2]} | mrope_section: expected",
                "preprocessor_config.json | image_processor_type | 'Other' | type: expected Glm4vImageProcessor",
                "preprocessor_config.json | min_pixels | 3136 | unknown setting \"min_pixels\"",
                "preprocessor_config.json | size.height | 18 | unknown setting \"size.height\""
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = FamilyFiles.of(Goldens.of("glm_ocr", "published").model(folder.resolve("model")));
        Path path = files.directory().resolve(file);
        ObjectNode root = (ObjectNode) JSON.readTree(path.toFile());
        int dot = field.indexOf('.');
        ObjectNode within = dot < 0 ? root : (ObjectNode) root.get(field.substring(0, dot));
        within.set(field.substring(dot + 1), JSON.readTree(value.replace('\'', '"')));
        JSON.writeValue(path.toFile(), root);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
