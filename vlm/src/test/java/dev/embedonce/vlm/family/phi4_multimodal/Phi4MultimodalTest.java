package dev.embedonce.vlm.family.phi4_multimodal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.Phi4Contract;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Phi4MultimodalTest extends Phi4Contract {
    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("phi4_multimodal", List.of("published"));
    }

    @Override
    protected String pixels() {
        return "image_pixel_values";
    }

    private static Goldens goldens() {
        return Goldens.of("phi4_multimodal", "published");
    }

    private Path files() {
        return goldens().model(folder.resolve("model"));
    }

    @Test
    void audio_isRefusedByName() {
        try (FamilyModel model = Families.open(FamilyFiles.of(files()), Goldens.OPTIONS)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.prompts().requirePlaces("<|user|><|audio|>?", 0))
                    .withMessageContaining("<|audio|>: audio is not supported");
        }
    }

    /** As the class for tensors of transformers 4 writes them. */
    @Test
    void olderFormOfSettings_isTheSameProcessor() throws IOException {
        String file = "preprocessor_config.json";
        Path model = files();
        String published = version(FamilyFiles.of(model));
        ChangedField.in(model, file, "image_processor_type", "'Phi4MultimodalImageProcessorFast'");
        ChangedField.in(model, file, "data_format", "'channels_first'");
        for (String unset : List.of("crop_size", "device", "do_center_crop", "do_pad", "do_resize", "return_tensors")) {
            ChangedField.in(model, file, unset, "null");
        }

        assertThat(version(FamilyFiles.of(model))).isEqualTo(published);
    }

    private static String version(FamilyFiles files) {
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            return model.images().preprocVersion(ImageSettings.DEFAULT);
        }
    }

    /** As transformers 4 writes it. */
    @Test
    void olderFormOfTheConfig_isTheSameModel() throws IOException {
        Tensor expected = logits(FamilyFiles.of(files()));
        Path other = goldens().model(folder.resolve("other"));
        ChangedField.in(other, "config.json", "rope_parameters", "");
        ChangedField.in(other, "config.json", "partial_rotary_factor", "0.75");
        ChangedField.in(
                other,
                "config.json",
                "rope_scaling",
                "{'type': 'longrope', 'short_factor': [1, 1, 1, 1, 1, 1],"
                        + " 'long_factor': [1.0, 1.41, 3.9, 9.36, 28.6, 47.8]}");

        assertThat(logits(ChangedField.in(other, "config.json", "rope_theta", "10000.0")))
                .isEqualTo(expected);
    }

    private static Tensor logits(FamilyFiles files) {
        Goldens.Case text = goldens().named("text");
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = model.prompts().assemble(text.inputIds(), List.of());
            Sequence sequence = batch.open(prompt, prompt.length());
            return batch.prefill(sequence, prompt.length(), Wanted.LAST);
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config | null | vision_config: expected an object",
                "config.json | vision_config.model_type | 'siglip_vision_model' | model_type: expected phi4",
                "config.json | vision_config.crop_size | 48 | vision_config.crop_size: expected 24",
                "config.json | vision_config.feature_layer | 9 | feature_layer: expected one of the 3 layers",
                "config.json | vision_config.num_hidden_layers | 5 | img_processor.encoder.layers.3",
                "config.json | vocab_size | 300 | embed_tokens.weight: expected shape",
                "config.json | rope_parameters.partial_rotary_factor | 2 | partial_rotary_factor: expected an even",
                "preprocessor_config.json | patch_size | 14 | patch_size: expected 6",
                "preprocessor_config.json | size | {'height': 24, 'width': 48} | size.width: expected 24",
                "preprocessor_config.json | resample | 2 | resample: expected 3",
                "preprocessor_config.json | do_normalize | false | do_normalize: expected true",
                "preprocessor_config.json | image_processor_type | 'Other' | expected Phi4MultimodalImageProcessor"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        Path model = files();
        FamilyFiles changed = ChangedField.in(model, file, field, value);

        assertThatThrownBy(() -> Families.open(changed, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(model.toString());
    }
}
