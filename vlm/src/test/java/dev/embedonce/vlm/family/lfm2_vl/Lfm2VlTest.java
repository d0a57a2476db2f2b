package dev.embedonce.vlm.family.lfm2_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Lfm2VlTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("lfm2_vl", List.of("published", "transformers5"));
    }

    @Override
    protected boolean cutsBack() {
        return false;
    }

    /** {@code max_tiles} of 4. */
    private static boolean isFew(Goldens.Case golden) {
        return golden.name().equals("settings");
    }

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return isFew(golden) ? ImageSettings.DEFAULT.withMaxTiles(4) : ImageSettings.DEFAULT;
    }

    /** The model's processor keeps the grids of tiles to itself. */
    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        if (golden.has("spatial_shapes")) {
            tensors.put("spatial_shapes", golden.tensor("spatial_shapes"));
            tensors.put("image_rows", counts(golden, 0));
            tensors.put("image_cols", counts(golden, 1));
        }
        return tensors;
    }

    private static Tensor counts(Goldens.Case golden, int axis) {
        long[] counts = golden.pictureNames().stream()
                .mapToLong(name -> grid(name, isFew(golden))[axis])
                .toArray();
        return Tensor.ofLongs(counts, counts.length);
    }

    /** Rows and columns, as the reference's image processor gives them. */
    private static long[] grid(String picture, boolean few) {
        return switch (picture) {
            case "square.png" -> new long[] {2, 2};
            case "wide.png" -> new long[] {1, 2};
            case "tall.png" -> new long[] {2, 1};
            case "photo.jpg" -> few ? new long[] {2, 2} : new long[] {2, 3};
            case "rgba.png" -> new long[] {2, 3};
            default -> new long[] {1, 1};
        };
    }

    private static Goldens goldens() {
        return Goldens.of("lfm2_vl", "published");
    }

    private Path files() {
        return goldens().model(folder.resolve("model"));
    }

    private static FamilyModel open(Path model) {
        return Families.open(FamilyFiles.of(model), Goldens.OPTIONS);
    }

    @Test
    void split_withoutGrids_givesTheLanguageModelTheSame() {
        Goldens.Case two = goldens().named("two");
        Map<String, Tensor> tensors = processed(two);
        tensors.keySet().removeAll(List.of("image_rows", "image_cols"));
        try (FamilyModel model = open(files())) {
            List<ProcessedImage> pieces = model.images().split(tensors);
            List<VisionFeatures> features = model.tower().encode(pieces);

            assertThat(pieces).hasSize(6);
            Prompt prompt = model.prompts().assemble(two.inputIds(), features);
            assertThat(prompt.placements()).hasSameSizeAs(pieces);
        }
    }

    @Test
    void split_otherGridsThanThereAreTiles_isRefused() {
        Map<String, Tensor> tensors = processed(goldens().named("two"));
        tensors.put("image_cols", Tensor.ofLongs(new long[] {3, 3}, 2));
        try (FamilyModel model = open(files())) {
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("image_rows and image_cols make 9 tiles of 6 rows of pixel_values");
        }
    }

    @Test
    void split_shapeThatMakesNoWholeTokens_isRefused() {
        Map<String, Tensor> tensors = processed(goldens().named("tiny"));
        tensors.put("spatial_shapes", Tensor.ofLongs(new long[] {3, 4}, 1, 2));
        try (FamilyModel model = open(files())) {
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("spatial_shapes 3, 4 of ");
        }
    }

    @Test
    void process_oneTileAskedFor_isTheWholePicture() {
        ImageSettings one = ImageSettings.DEFAULT.withMaxTiles(1);
        try (FamilyModel model = open(files())) {
            ProcessedImage image = model.images().process(Goldens.picture("square.png"), one);

            assertThat(image.layout("tile_grid")).isEqualTo(Tensor.ofLongs(new long[] {1, 1}, 2));
            assertThat(image.layout("token_counts")).isEqualTo(Tensor.ofLongs(new long[] {0, 4}, 2));
            assertThat(model.images().preprocVersion(one))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    @Test
    void process_withoutThumbnail_isTilesAlone() throws IOException {
        Path model = files();
        edit(model.resolve("preprocessor_config.json"), "use_thumbnail", "false");
        try (FamilyModel opened = open(model)) {
            ProcessedImage image = opened.images().process(Goldens.picture("wide.png"), ImageSettings.DEFAULT);
            List<VisionFeatures> features = opened.tower().encode(List.of(image));

            assertThat(image.inputs()).containsOnlyKeys("pixel_values");
            assertThat(opened.prompts().expand("<image>", features).toString())
                    .contains("<|image_start|><|img_row_1_col_1|><image><image><image><image><|img_row_1_col_2|>")
                    .doesNotContain("thumbnail");
        }
    }

    /** The reference has no room for the patches of this one. */
    @Test
    void process_veryLongPicture_isTaken() {
        try (FamilyModel model = open(files())) {
            ProcessedImage image = model.images().process(Goldens.picture("very_wide.png"), ImageSettings.DEFAULT);

            assertThat(model.tower().encode(List.of(image)).get(0).tokens())
                    .isEqualTo((int) image.layout("token_counts").longs().get(1))
                    .isGreaterThan(8);
        }
    }

    /** As LFM2.5-VL's. */
    @Test
    void projectorWithoutNorm_readsNone() throws IOException {
        Path model = files();
        edit(model.resolve("config.json"), "projector_use_layernorm", "false");
        Path original = goldens().model(folder.resolve("original"));
        try (FamilyModel plain = open(original);
                FamilyModel bare = open(model)) {
            ProcessedImage image = plain.images().process(Goldens.picture("tiny.png"), ImageSettings.DEFAULT);

            assertThat(bare.tower().modelVersion()).isNotEqualTo(plain.tower().modelVersion());
            assertThat(bare.tower().encode(List.of(image)).get(0).features())
                    .isNotEqualTo(plain.tower().encode(List.of(image)).get(0).features());
        }
    }

    @Test
    void olderConfigs_areTheSameModel() throws IOException {
        Path model = files();
        Tensor expected = logits(model);
        edit(model.resolve("config.json"), "model_type", "'lfm2-vl'");
        edit(model.resolve("config.json"), "text_config.full_attn_idxs", "null");
        edit(model.resolve("config.json"), "text_config.layer_types", "['conv', 'full_attention', 'conv']");
        edit(model.resolve("config.json"), "text_config.block_ff_dim", "64");
        edit(model.resolve("config.json"), "text_config.block_auto_adjust_ff_dim", "false");

        assertThat(logits(model)).isEqualTo(expected);
    }

    private static Tensor logits(Path model) {
        Goldens.Case text = goldens().named("text");
        try (FamilyModel opened = open(model);
                SequenceBatch batch = opened.language().newBatch()) {
            Prompt prompt = opened.prompts().assemble(text.inputIds(), List.of());
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
                "config.json | text_config.model_type | 'lfm2_moe' | text_config.model_type: expected",
                "config.json | text_config.layer_types | ['conv'] | layer_types: expected conv or full_attention for",
                "config.json | text_config.full_attn_idxs | [0] | layers.0.self_attn.q_proj.weight",
                "config.json | text_config.conv_bias | true | conv_bias: expected false",
                "config.json | text_config.conv_L_cache | 1 | conv_L_cache: expected a number from 2",
                "config.json | text_config.conv_L_cache | 4 | conv.conv.weight: expected shape",
                "config.json | text_config.block_ff_dim | 120 | feed_forward.w1.weight: expected shape",
                "config.json | text_config.num_key_value_heads | 4 | self_attn.k_proj.weight: expected shape",
                "config.json | vision_config.model_type | 'siglip_vision_model' | model_type: expected siglip2",
                "config.json | vision_config.num_patches | 24 | num_patches: expected a square number",
                "config.json | vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "config.json | vision_feature_layer | -2 | vision_feature_layer: expected -1",
                "config.json | downsample_factor | 1 | downsample_factor: expected 1, as config.json says",
                "config.json | projector_hidden_size | 48 | projector.linear_1.weight: expected shape",
                "preprocessor_config.json | encoder_patch_size | 8 | encoder_patch_size: expected 4, as config.json",
                "preprocessor_config.json | tile_size | 12 | tile_size: expected a multiple of 8 pixels",
                "preprocessor_config.json | min_tiles | 4 | min_tiles: expected 2 or 3",
                "preprocessor_config.json | max_tiles | 1 | max_tiles: expected at least min_tiles 2",
                "preprocessor_config.json | max_image_tokens | 2 | max_image_tokens: expected at least min_image",
                "preprocessor_config.json | do_normalize | false | do_normalize: expected true",
                "preprocessor_config.json | do_center_crop | true | do_center_crop: expected false",
                "preprocessor_config.json | resample | 1 | resample: expected 2 (bilinear) or 3 (bicubic)",
                "preprocessor_config.json | surprise | 1 | surprise",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        Path model = files();
        edit(model.resolve(file), field, value);

        assertThatThrownBy(() -> open(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(model.toString());
    }

    private static void edit(Path file, String field, String value) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
        List<String> path = List.of(field.split("\\."));
        ObjectNode within = root;
        for (String name : path.subList(0, path.size() - 1)) {
            within = (ObjectNode) within.get(name);
        }
        within.set(path.get(path.size() - 1), JSON.readTree(value.replace('\'', '"')));
        JSON.writeValue(file.toFile(), root);
    }
}
