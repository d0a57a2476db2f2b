package dev.embedonce.vlm.family.phi3_v;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Phi3VTest extends FamilyContract {
    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("phi3_v", List.of("published"));
    }

    /** {@code num_crops} of 6. */
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings") ? ImageSettings.DEFAULT.withMaxTiles(6) : ImageSettings.DEFAULT;
    }

    /** Its prompt is not longer than short sequences are. */
    @Override
    protected boolean computesAnew() {
        return true;
    }

    private Path files() {
        return Goldens.of("phi3_v", "published").model(folder.resolve("model"));
    }

    private static VisionFeatures features(int tokens) {
        return new VisionFeatures(Map.of(VisionFeatures.FEATURES, Tensor.ofFloats(new float[tokens], tokens, 1)));
    }

    @Test
    void pictures_areIdsOfTheirOwn_betweenTextsThatAreEachEncodedAlone() {
        Phi3VPrompts prompts = new Phi3VPrompts();
        List<VisionFeatures> images = List.of(features(2), features(1));

        assertThat(prompts.expand("<|image_1|>\n<|image_2|>?", images))
                .containsExactly(
                        new PromptPiece.Alone(""),
                        new PromptPiece.Ids(-1, -1),
                        new PromptPiece.Alone("\n"),
                        new PromptPiece.Ids(-2),
                        new PromptPiece.Alone("?"));
        assertThat(prompts.assemble(new long[] {1, -1, -1, 1, 7, -2, 1, 8}, images)
                        .placements())
                .extracting(placement -> Arrays.toString(placement.tokens()))
                .containsExactly("[1, 2]", "[5]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|image_2|> <|image_1|>", "<|image_1|> <|image_1|>", "<|image_1|> <|image_3|>", "?"})
    void placeholdersThatAreNotOneAPictureInOrder_areRefused(String prompt) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Phi3VPrompts().requirePlaces(prompt, 2))
                .withMessageContaining("2 images were given");
    }

    @Test
    void idsThatDoNotFitTheFeatures_areRefused() {
        Phi3VPrompts prompts = new Phi3VPrompts();
        List<VisionFeatures> images = List.of(features(2));

        assertThatIllegalArgumentException().isThrownBy(() -> prompts.assemble(new long[] {-1, 5}, images));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompts.assemble(new long[] {-1, -1, -2}, images))
                .withMessageContaining("tokens of more than its 1 images");
    }

    /** As converters write settings of pictures: with nulls, within the processor's file. */
    @Test
    void settingsOfOtherForms_areTheSameProcessor() throws IOException {
        Path model = files();
        String published = version(FamilyFiles.of(model));
        ChangedField.in(model, "preprocessor_config.json", "do_convert_rgb", "null");
        ChangedField.in(model, "preprocessor_config.json", "auto_map", "");
        ChangedField.in(model, "preprocessor_config.json", "resample", "2");

        assertThat(version(ChangedField.in(model, "preprocessor_config.json", "do_rescale", "true")))
                .isEqualTo(published);
        assertThat(version(ChangedField.in(model, "preprocessor_config.json", "num_crops", "16")))
                .isNotEqualTo(published);
    }

    private static String version(FamilyFiles files) {
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            return model.images().preprocVersion(ImageSettings.DEFAULT);
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config | null | image_dim_out: expected 1024",
                "config.json | vision_config.image_size | 30 | image_size: expected an even number of patches a side",
                "config.json | img_processor | null | img_processor: expected an object",
                "config.json | img_processor.name | 'siglip' | img_processor.name: expected clip_vision_model",
                "config.json | img_processor.type_feature | 'cls_patch' | type_feature: expected patch",
                "config.json | img_processor.image_dim_out | 1024 | image_dim_out: expected 32",
                "config.json | img_processor.layer_idx | 7 | layer_idx: expected one of the 3 layers",
                "config.json | embd_layer.hd_transform_order | 'glb_sub' | hd_transform_order: expected sub_glb",
                "config.json | embd_layer.projection_cls | 'linear' | projection_cls: expected mlp",
                "config.json | embd_layer.use_hd_transform | false | use_hd_transform: expected true",
                "config.json | embd_layer.with_learnable_separator | false | separator: expected true",
                "config.json | vocab_size | 300 | embed_tokens.weight: expected shape",
                "config.json | intermediate_size | 96 | mlp.gate_up_proj.weight: expected shape",
                "config.json | num_key_value_heads | 2 | self_attn.qkv_proj.weight: expected shape",
                "config.json | num_hidden_layers | 4 | model.layers.3",
                "config.json | original_max_position_embeddings | null | original_max_position_embeddings: expected",
                "config.json | rope_scaling.type | 'magic' | rope_scaling.type: expected",
                "config.json | rope_scaling.short_factor | [1.0] | short_factor: expected 6 numbers",
                "preprocessor_config.json | num_crops | 0 | num_crops: expected a whole number from 1",
                "preprocessor_config.json | resample | 3 | resample: expected 2",
                "preprocessor_config.json | do_normalize | false | do_normalize: expected true",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected Phi3V"
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
