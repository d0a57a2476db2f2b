package dev.embedonce.vlm.family.ernie4_5_moe_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.layer.DecoderLayer;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The variant is in transformers' layout. */
class Ernie45MoeVlTest extends FamilyContract {
    private static final String PUBLISHED = "ernie4_5_moe_vl";
    private static final String VARIANT = PUBLISHED + "/variant";
    private static final String PREPROCESSOR = "preprocessor_config.json";

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of(PUBLISHED, List.of("published"), VARIANT, List.of("published", "transformers5"));
    }

    private FamilyFiles changed(String model, String file, String field, String value) throws IOException {
        Path path = folder.resolve(model.replace('/', '-'));
        if (!Files.exists(path)) {
            Goldens.of(model, "published").model(path);
        }
        return ChangedField.in(path, file, field, value);
    }

    private static String preprocVersion(FamilyFiles files) {
        return ErnieProcessor.read(files, Goldens.OPTIONS.pixels()).preprocVersion(ImageSettings.DEFAULT);
    }

    /** The marks around a picture have its experts, too. */
    @Test
    void assemble_tokensOfPicturesAndTheirMarks_areOfAnotherKind() throws IOException {
        Goldens.Case golden = Goldens.of(PUBLISHED, "published").named("two");
        try (FamilyModel model =
                Families.open(changed(PUBLISHED, "config.json", "use_cache", "true"), Goldens.OPTIONS)) {
            Prompt prompt =
                    model.prompts().assemble(golden.inputIds(), model.tower().encode(process(model, golden)));

            long[] kinds =
                    IntStream.range(0, prompt.length()).mapToLong(prompt::kind).toArray();
            assertThat(Tensor.ofLongs(kinds, 1, kinds.length)).isEqualTo(golden.tensor("moe_mm_token_type_ids"));
        }
    }

    /** In text, as templates of both kinds write it, and as a token. */
    @Test
    void videos_areRefusedByName() throws IOException {
        try (FamilyModel model =
                Families.open(changed(PUBLISHED, "config.json", "use_cache", "true"), Goldens.OPTIONS)) {
            for (String video : List.of("<|VIDEO_PLACEHOLDER|>", "<|video@placeholder|>")) {
                assertThatThrownBy(() -> model.prompts().requirePlaces("Video:" + video, 0))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(video)
                        .hasMessageContaining("videos are not supported");
            }
            assertThatThrownBy(() -> model.prompts().assemble(new long[] {1, 296, 2}, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token 1 of the prompt has the id 296");
        }
    }

    /** As published: the last layer by number, in one word, or beyond. */
    @ParameterizedTest
    @ValueSource(strings = {"2", "[-1, -1]", "[29, 28]"})
    void text_expertsUpToTheLastLayer_areThoseOfTheLayerBefore(String value) throws IOException {
        List<Long> weights = weights(changed(PUBLISHED, "config.json", "moe_layer_end_index", value));

        assertThat(weights).hasSize(3);
        assertThat(weights.get(2)).isEqualTo(weights.get(1)).isNotEqualTo(weights.get(0));
    }

    private static List<Long> weights(FamilyFiles files) {
        return TextModels.readOf(files.config()).layers().stream()
                .map(DecoderLayer::weights)
                .toList();
    }

    // ---- settings of the processors

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Ernie4_5_VLMoeImageProcessor",
                "Ernie4_5_VLMoeImageProcessorFast",
                "Ernie4_5_VLMoeImageProcessorPil",
                "Ernie4_5_VL_MoeImageProcessorPil"
            })
    void processor_transformersClasses_areOne(String name) throws IOException {
        String before = preprocVersion(changed(VARIANT, PREPROCESSOR, "do_pad", "null"));

        FamilyFiles files = changed(VARIANT, PREPROCESSOR, "image_processor_type", "'" + name + "'");

        assertThat(preprocVersion(files)).isEqualTo(before).contains("/m12/").contains("over-white");
    }

    @Test
    void processor_publishedCodes_takesItsLimitsFromProcessorConfig() throws IOException {
        String before = preprocVersion(changed(PUBLISHED, PREPROCESSOR, "do_pad", "null"));
        assertThat(before).contains("/b12/").contains("drop");

        changed(PUBLISHED, PREPROCESSOR, "size", "{'shortest_edge': 5, 'longest_edge': 7}");
        assertThat(preprocVersion(changed(PUBLISHED, PREPROCESSOR, "max_pixels", "9")))
                .isEqualTo(before);
        FamilyFiles other = changed(PUBLISHED, "processor_config.json", "image_max_pixels", "1200");
        assertThat(preprocVersion(other)).isNotEqualTo(before);
        Files.delete(other.directory().resolve("processor_config.json"));
        assertThat(preprocVersion(FamilyFiles.of(other.directory())))
                .isNotEqualTo(before)
                .contains("/b12/");
    }

    /** Field by field, the model and the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config.patch_size | 8 | patch_size: expected patches as the image",
                "config.json | vision_config.depth | 3 | blocks.2.norm1.weight",
                "config.json | vision_config.mlp_ratio | 3 | mlp.fc1.weight: expected shape",
                "config.json | vision_config.embed_dim | 48 | embed_dim: expected 24",
                "config.json | vision_config.in_channels | 4 | in_channels: expected 3",
                "config.json | temporal_conv_size | 3 | temporal_conv_size: expected 2",
                "config.json | spatial_conv_size | 3 | spatial_conv_size: expected 2",
                "config.json | use_temporal_conv | false | use_temporal_conv: expected true",
                "config.json | use_bias | true | use_bias: expected false",
                "config.json | rope_3d | false | rope_3d: expected true",
                "config.json | freq_allocation | 3 | freq_allocation: expected a number that leaves an even one of 8",
                "config.json | rope_scaling | {'rope_type': 'yarn'} | rope_scaling.rope_type: expected default or",
                "config.json | moe_gate_act | 'sigmoid' | moe_gate_act: expected softmax",
                "config.json | moe_num_experts | [4, 5] | moe_num_experts: expected as many for text as for pictures",
                "config.json | moe_num_experts | [3, 3] | mlp.gate.weight: expected shape",
                "config.json | moe_k | 5 | moe_k: expected at most as many as there are experts, 4",
                "config.json | moe_intermediate_size | [24] | expected one size for text and one for pictures",
                "config.json | moe_intermediate_size | [24, 24] | experts.4.gate_proj.weight: expected shape",
                "config.json | moe_num_shared_experts | 2 | mlp.shared_experts.gate_proj.weight: expected shape",
                "config.json | moe_layer_start_index | [1, 2] | expected the same layer for text and pictures",
                "config.json | moe_layer_start_index | [2, 2] | layers.1.mlp.gate_proj.weight",
                "config.json | moe_layer_interval | 3 | layers.1.mlp.gate_proj.weight",
                "config.json | num_hidden_layers | 4 | layers.3.input_layernorm.weight",
                "preprocessor_config.json | image_processor_type | 'Other' | type: expected Ernie4_5_VL",
                "preprocessor_config.json | size.height | 18 | unknown setting \"size.height\""
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        assertRefused(PUBLISHED, file, field, value, message);
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config.temporal_merge_size | 3 | temporal_merge_size: expected 2",
                "config.json | vision_config.rope_parameters | {'rope_theta': 100.0} | rope_theta: expected 10000",
                "config.json | vision_config.rope_parameters | {'rope_type': 'default'} | rope_type: expected axial",
                "config.json | text_config.model_type | 'ernie4_5_moe' | model_type: expected",
                "config.json | text_config.mlp_layer_types | ['dense'] | expected dense or sparse for each of 2 layers",
                "config.json | text_config.rope_parameters | {'mrope_section': [4, 2, 2]} | mrope_section: expected three",
                "preprocessor_config.json | temporal_patch_size | 2 | temporal_patch_size: expected 1",
                "preprocessor_config.json | min_pixels | 99 | unknown setting \"min_pixels\""
            })
    void open_whatIsNotUnderstoodOfTransformersLayout_isRefusedByFileAndField(
            String file, String field, String value, String message) throws IOException {
        assertRefused(VARIANT, file, field, value, message);
    }

    private void assertRefused(String model, String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = changed(model, file, field, value);
        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
