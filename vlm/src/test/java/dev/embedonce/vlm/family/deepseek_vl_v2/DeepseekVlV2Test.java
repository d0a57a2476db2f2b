package dev.embedonce.vlm.family.deepseek_vl_v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.cache.FeatureCache;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.feature.Outcome;
import dev.embedonce.store.memory.MemoryStore;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.CountingTower;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionEncoder;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeepseekVlV2Test extends FamilyContract {
    private static final String CROPS = "images_spatial_crop";
    private static final byte[] WIDE = Goldens.picture("wide.png");

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("deepseek_vl_v2", List.of("published"), "deepseek_vl_v2/variant", List.of("published"));
    }

    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("pixel_values", CROPS)) {
            if (golden.has(name)) {
                tensors.put(name, golden.tensor(name));
            }
        }
        return tensors;
    }

    private FamilyFiles changed(String file, String field, String value) throws IOException {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            Goldens.of("deepseek_vl_v2", "published").model(model);
        }
        return ChangedField.in(model, file, field, value);
    }

    private FamilyModel unchanged() throws IOException {
        return Families.open(changed("config.json", "transformers_version", "'4.38.2'"), Goldens.OPTIONS);
    }

    private static ImageSettings among(int pictures) {
        return ImageSettings.DEFAULT.withImagesInRequest(pictures);
    }

    @Test
    void aPictureAlone_andTheSameAmongFive_areTwoEntries() throws IOException {
        try (FamilyModel model = unchanged();
                FeatureCache cache = FeatureCache.over(new MemoryStore()).build()) {
            CountingTower tower = new CountingTower(model.tower());
            VisionEncoder alone = new VisionEncoder(model.images(), tower, among(1));
            VisionEncoder amongTwo = new VisionEncoder(model.images(), tower, among(2));
            VisionEncoder amongFive = new VisionEncoder(model.images(), tower, among(5));
            assertThat(tokens(cache, alone, 1)).isEqualTo(2 * 3 + 1 + 4 * 5);
            assertThat(tower.pictures()).isEqualTo(1);
            tokens(cache, amongTwo, 2);
            assertThat(tower.pictures()).isZero();

            assertThat(tokens(cache, amongFive, 5)).isEqualTo(2 * 3 + 1 + 2 * 3);
            assertThat(tower.pictures()).isEqualTo(1);
            tokens(cache, new VisionEncoder(model.images(), tower, among(3)), 3);
            tokens(cache, alone, 1);
            assertThat(tower.pictures()).isZero();
            assertThat(model.images().preprocVersion(among(2)))
                    .isEqualTo(model.images().preprocVersion(among(1)))
                    .isNotEqualTo(model.images().preprocVersion(among(3)));
        }
    }

    /** How many features the first of so many equal pictures has. */
    private static long tokens(FeatureCache cache, VisionEncoder encoder, int pictures) {
        Outcome first = cache.getOrComputeAll(Collections.nCopies(pictures, WIDE), encoder)
                .get(0);
        return new VisionFeatures(((Outcome.Served) first).entry().tensors()).tokens();
    }

    @Test
    void process_maxTiles_leavesOutLargerSizes() throws IOException {
        try (FamilyModel model = unchanged()) {
            ProcessedImage two = model.images().process(WIDE, ImageSettings.DEFAULT.withMaxTiles(2));
            ProcessedImage one = model.images().process(WIDE, ImageSettings.DEFAULT.withMaxTiles(1));

            assertThat(two.layout(CROPS)).isEqualTo(Tensor.ofLongs(new long[] {2, 1}, 2));
            assertThat(one.layout(CROPS)).isEqualTo(Tensor.ofLongs(new long[] {1, 1}, 2));
            assertThat(one.inputs().values())
                    .singleElement()
                    .satisfies(tiles -> assertThat(tiles.dim(0)).isEqualTo(1));
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxTiles(2)))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    @Test
    void split_namesAndAxesOfThePublishedCode_areTheSame() throws IOException {
        Goldens.Case two = Goldens.of("deepseek_vl_v2", "published").named("two");
        Map<String, Tensor> tensors = processed(two);
        Tensor pixels = two.tensor("pixel_values");
        Tensor crops = two.tensor(CROPS);
        Map<String, Tensor> published = Map.of(
                "images",
                Tensor.view(pixels.dtype(), new long[] {1, pixels.dim(0), 3, 14, 14}, pixels.data()),
                CROPS,
                Tensor.view(crops.dtype(), new long[] {1, 2, 2}, crops.data()));
        try (FamilyModel model = unchanged()) {
            List<ProcessedImage> expected = model.images().split(tensors);
            List<ProcessedImage> found = model.images().split(published);

            assertThat(found).hasSize(2);
            assertThat(found.get(1).inputs()).isEqualTo(expected.get(1).inputs());
            tensors.remove(CROPS);
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("belong together");
        }
    }

    @Test
    void requirePlaces_morePicturesThanPlaceholders_areRefused() throws IOException {
        try (FamilyModel model = unchanged()) {
            model.prompts().requirePlaces("<image>\nWhat?", 1);
            assertThatThrownBy(() -> model.prompts().requirePlaces("<image>\nWhat?", 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("<image>");
        }
    }

    /** Then it is the token that is repeated most often. */
    @Test
    void assemble_placeholderThatNoSettingsName_isFound() throws IOException {
        Goldens.Case two = Goldens.of("deepseek_vl_v2", "published").named("two");
        FamilyFiles files = changed("tokenizer_config.json", "added_tokens_decoder", "");
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            List<ProcessedImage> pictures = model.images().split(processed(two));
            assertThat(model.prompts()
                            .assemble(two.inputIds(), model.tower().encode(pictures))
                            .placements())
                    .hasSize(2);
        }
    }

    /** Field by field, and what is said about it. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "processor_config.json | normalize | false | normalize",
                "processor_config.json | sft_format | 'plain' | sft_format: expected deepseek",
                "processor_config.json | image_token | '<img>' | image_token: expected <image>",
                "processor_config.json | patch_size | 16 | patch_size: expected 4, as config.json says",
                "processor_config.json | downsample_ratio | 4 | downsample_ratio: expected 2, as config.json says",
                "processor_config.json | candidate_resolutions | [[14, 15]] | candidate_resolutions: expected pairs of",
                "processor_config.json | candidate_resolutions | [[28, 14]] | candidate_resolutions: expected sizes, of",
                "config.json | tile_tag | '1D' | tile_tag: expected 2D",
                "config.json | global_view_pos | 'tail' | global_view_pos: expected head",
                "config.json | projector_config.projector_type | 'linear' | projector_type: expected downsample_mlp_gelu",
                "config.json | projector_config.token_pooling | true | token_pooling: expected false",
                "config.json | projector_config.n_embed | 64 | n_embed: expected the hidden_size of language_config, 48",
                "config.json | projector_config.input_dim | 64 | input_dim: expected 32",
                "config.json | projector_config.depth | 3 | projector.layers.4.weight is missing",
                "config.json | projector_config.mlp_ratio | 2 | projector.layers.0.weight: expected shape",
                "config.json | vision_config.class_token | true | vision_config.class_token: expected false",
                "config.json | vision_config.ignore_head | false | vision_config.ignore_head: expected true",
                "config.json | vision_config.global_pool | 'avg' | vision_config.global_pool: expected map",
                "config.json | vision_config.heads | 5 | vision_config.heads: expected a divisor of width 32",
                "config.json | vision_config.layers | 3 | vision.blocks.2.attn.qkv.weight",
                "config.json | vision_config.mlp_ratio | 2.0 | vision.blocks.0.mlp.fc1.weight: expected shape",
                "config.json | language_config.model_type | 'deepseek_v3' | model_type: expected deepseek_v2",
                "config.json | language_config.use_mla | true | qk_nope_head_dim: expected a whole number from 1 on",
                "config.json | language_config.topk_method | 'noaux_tc' | topk_method: expected noaux_tc with sigmoid",
                "config.json | language_config.n_shared_experts | 3 | mlp.shared_experts.gate_proj.weight: expected shape"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = changed(file, field, value);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
