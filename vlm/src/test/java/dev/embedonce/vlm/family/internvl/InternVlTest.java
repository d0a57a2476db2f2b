package dev.embedonce.vlm.family.internvl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.TiledContract;
import dev.embedonce.vlm.load.FamilyFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InternVlTest extends TiledContract {
    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("internvl", List.of("published", "transformers5"));
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_feature_layer | 3 | vision_feature_layer: expected one of the 2 layers",
                "config.json | vision_feature_select_strategy | 'full' | _strategy: expected default",
                "config.json | downsample_ratio | 0.3 | downsample_ratio: expected one by a divisor of the 4 patches",
                "config.json | downsample_ratio | 0.25 | multi_modal_projector.linear_1.weight: expected shape",
                "config.json | vision_config.model_type | 'intern_vit_6b' | model_type: expected internvl_vision",
                "config.json | vision_config.norm_type | 'batch_norm' | norm_type: expected layer_norm or rms_norm",
                "config.json | vision_config.use_mean_pooling | false | use_mean_pooling: expected true",
                "config.json | vision_config.use_absolute_position_embeddings | false | embeddings: expected true",
                "config.json | vision_config.num_hidden_layers | 3 | vision_tower.encoder.layer.2",
                "config.json | vision_config.attention_bias | true | encoder.layer.0.attention.q_proj.bias",
                "config.json | text_config.model_type | 'gpt_oss' | text_config.model_type: expected",
                "config.json | tie_word_embeddings | false | language_model.lm_head.weight",
                "preprocessor_config.json | size.height | 18 | size.height: expected 16"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        Path model = Goldens.of("internvl", "published").model(folder.resolve("model"));
        FamilyFiles files = ChangedField.in(model, file, field, value);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(model.toString());
    }
}
