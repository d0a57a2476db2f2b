package dev.embedonce.vlm.family.kimi_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KimiVlTest extends FamilyContract {
    private static final String GRID = "image_grid_hws";
    /** Pixels of 20 patches, which the case {@code settings} asks for. */
    private static final long FEW = 20 * 4 * 4;

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("kimi_vl", List.of("published"), "kimi_vl/variant", List.of("published"));
    }

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings") ? ImageSettings.DEFAULT.withMaxPixels(FEW) : ImageSettings.DEFAULT;
    }

    /** The published processor's names. */
    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("pixel_values", GRID)) {
            if (golden.has(name)) {
                tensors.put(name, golden.tensor(name));
            }
        }
        return tensors;
    }

    private FamilyFiles changed(String file, String field, String value) throws IOException {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            Goldens.of("kimi_vl", "published").model(model);
        }
        return ChangedField.in(model, file, field, value);
    }

    private FamilyModel unchanged() throws IOException {
        return Families.open(changed("config.json", "ignore_index", "-100"), Goldens.OPTIONS);
    }

    @Test
    void preprocVersion_limitThatChangesNoPicture_isStillAnother() throws IOException {
        String before;
        try (FamilyModel model = unchanged()) {
            before = model.images().preprocVersion(ImageSettings.DEFAULT);
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxPixels(1 << 20)))
                    .isEqualTo(before);
        }
        FamilyFiles files = changed("preprocessor_config.json", "in_token_limit", "49");
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT)).isNotEqualTo(before);
        }
    }

    @Test
    void process_pictureLongerThanTheTowersPositions_isRefused() throws IOException {
        FamilyFiles files = changed("preprocessor_config.json", "in_token_limit", "100000");
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(512 * 4, 1, BufferedImage.TYPE_INT_RGB), "png", line);
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            assertThatThrownBy(() -> model.images().process(line.toByteArray(), ImageSettings.DEFAULT))
                    .isInstanceOf(ImageException.class)
                    .hasMessage("image is 2048x1, its longer side has 512 patches or more");
        }
    }

    @Test
    void split_gridsThatAreNotThePatches_areRefused() throws IOException {
        Map<String, Tensor> tensors =
                processed(Goldens.of("kimi_vl", "published").named("one"));
        try (FamilyModel model = unchanged()) {
            tensors.put(GRID, Tensor.ofLongs(new long[] {3, 4}, 1, 2));
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("image_grid_hws 3, 4: expected multiples of 2");
            tensors.put(GRID, Tensor.ofLongs(new long[] {2, 4}, 1, 2));
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("image_grid_hws: 8 of ");
        }
    }

    @Test
    void requirePlaces_morePicturesThanPlaceholders_areRefused() throws IOException {
        try (FamilyModel model = unchanged()) {
            model.prompts().requirePlaces("<|media_pad|>What?", 1);
            assertThatThrownBy(() -> model.prompts().requirePlaces("<|media_pad|>What?", 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("<|media_pad|>");
        }
    }

    /** Forms of settings with the same pixels; the published code has its class in {@code auto_map} alone. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "image_processor_type | 'KimiVLImageProcessor'",
                "merge_kernel_size | [2, 2]",
                "num_pooled_tokens | null",
                "resample | 3",
                "size | null"
            })
    void process_otherFormsOfTheSameSettings_haveTheSameVersion(String field, String value) throws IOException {
        String before = preprocVersion(changed("config.json", "ignore_index", "-100"));
        assertThat(preprocVersion(changed("preprocessor_config.json", field, value)))
                .isEqualTo(before);
    }

    private static String preprocVersion(FamilyFiles files) {
        return KimiVlProcessor.read(
                        files.imageProcessor(), Goldens.OPTIONS.pixels(), KimiVlPictures.Geometry.read(files.config()))
                .preprocVersion(ImageSettings.DEFAULT);
    }

    /** Field by field, and what is said about it. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "preprocessor_config.json | pad_input | false | pad_input: expected true",
                "preprocessor_config.json | patch_size | 14 | patch_size: expected",
                "preprocessor_config.json | image_processor_type | 'CLIPImageProcessor' | image_processor_type",
                "config.json | vision_config.model_type | 'siglip' | vision_config.model_type: expected moonvit",
                "config.json | vision_config.init_pos_emb_width | 6 | vision_config.init_pos_emb_width: expected 5",
                "config.json | vision_config.merge_kernel_size | [2, 1] | vision_config.merge_kernel_size: expected",
                "config.json | vision_config.num_attention_heads | 16 | vision_config.num_attention_heads: expected",
                "config.json | vision_config.num_hidden_layers | 3 | vision_tower.encoder.blocks.2",
                "config.json | vision_config.hidden_size | 64 | vision_tower.patch_embed.proj.weight: expected shape",
                "config.json | text_config.model_type | 'deepseek_v4' | text_config.model_type: expected",
                "config.json | text_config.kv_lora_rank | 16 | kv_b_proj.weight: expected shape",
                "config.json | text_config.q_lora_rank | 24 | self_attn.q_a_proj.weight",
                "config.json | text_config.scoring_func | 'softmax' | text_config.topk_method: expected noaux_tc with",
                "config.json | text_config.topk_method | 'greedy' | text_config.topk_method: expected noaux_tc with",
                "config.json | text_config.n_group | 2 | text_config.n_group: expected groups of equally many",
                "config.json | text_config.topk_group | 2 | text_config.topk_group: expected at most",
                "config.json | text_config.num_experts_per_tok | 6 | text_config.num_experts_per_tok: expected at most",
                "config.json | text_config.moe_layer_freq | 2 | text_config.moe_layer_freq: expected 1",
                "config.json | text_config.n_routed_experts | 6 | mlp.gate.weight: expected shape"
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
