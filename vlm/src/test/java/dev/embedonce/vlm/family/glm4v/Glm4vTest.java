package dev.embedonce.vlm.family.glm4v;

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

class Glm4vTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("glm4v", List.of("published", "transformers5"));
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
                "config.json | vision_config.image_size | 5 | image_size: expected at least a patch's 6 pixels",
                "config.json | vision_config.image_size | 30 | position_embedding.weight: expected shape",
                "config.json | vision_config.attention_bias | true | blocks.0.attn.qkv.bias",
                "config.json | vision_config.intermediate_size | 76 | merger.gate_proj.weight: expected shape",
                "config.json | vision_config.out_hidden_size | 60 | mlp.gate_proj.weight: expected shape",
                "config.json | text_config.partial_rotary_factor | 1.5 | factor: expected an even number of the 32",
                "config.json | text_config.partial_rotary_factor | 1 | mrope_section: expected three numbers",
                "config.json | text_config.rope_scaling | null | rope_scaling.mrope_section",
                "config.json | model_type | 'chatglm' | is not a supported vision-language model",
                "preprocessor_config.json | image_processor_type | 'Glm5' | type: expected Glm4vImageProcessor"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = FamilyFiles.of(Goldens.of("glm4v", "published").model(folder.resolve("model")));
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
