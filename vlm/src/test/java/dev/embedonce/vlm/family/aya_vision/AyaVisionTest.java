package dev.embedonce.vlm.family.aya_vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
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

class AyaVisionTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("aya_vision", List.of("published", "transformers5"), "aya_vision/variant", List.of("published"));
    }

    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return isFew(golden) ? ImageSettings.DEFAULT.withMaxTiles(2) : ImageSettings.DEFAULT;
    }

    /** {@code max_patches} of 2. */
    private static boolean isFew(Goldens.Case golden) {
        return golden.name().equals("settings");
    }

    /** The model's processor keeps the number of tiles to itself. */
    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        long[] counts = golden.pictureNames().stream()
                .mapToLong(name -> tiles(name, isFew(golden)))
                .toArray();
        tensors.put("num_patches", Tensor.ofLongs(counts, counts.length));
        return tensors;
    }

    /** As the reference's image processor counts them. */
    private static int tiles(String picture, boolean few) {
        return switch (picture) {
            case "wide.png", "tall.png" -> 3;
            case "square.png" -> 5;
            case "photo.jpg" -> few ? 1 : 7;
            default -> 7;
        };
    }

    private FamilyFiles files() {
        return FamilyFiles.of(Goldens.of("aya_vision", "published").model(folder.resolve("model")));
    }

    @Test
    void split_withoutNumberOfTiles_givesTheLanguageModelTheSame() {
        Goldens.Case two = Goldens.of("aya_vision", "published").named("two");
        try (FamilyModel model = Families.open(files(), Goldens.OPTIONS)) {
            List<ProcessedImage> tiles = model.images().split(super.processed(two));
            List<VisionFeatures> features = model.tower().encode(tiles);

            assertThat(tiles).hasSize(6);
            Prompt prompt = model.prompts().assemble(two.inputIds(), features);
            assertThat(prompt.placements()).hasSameSizeAs(tiles);
            assertThat(features.stream().mapToInt(VisionFeatures::tokens).sum())
                    .isEqualTo((int) two.tensor("features").dim(0));
        }
    }

    @Test
    void split_otherNumberOfTilesThanThereAre_isRefused() {
        Goldens.Case two = Goldens.of("aya_vision", "published").named("two");
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(two));
        tensors.put("num_patches", Tensor.ofLongs(new long[] {3, 2}, 2));
        try (FamilyModel model = Families.open(files(), Goldens.OPTIONS)) {
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("num_patches makes 5 tiles of 6");
        }
    }

    @Test
    void process_oneTileAskedFor_isTheWholePicture() {
        ImageSettings one = ImageSettings.DEFAULT.withMaxTiles(1);
        try (FamilyModel model = Families.open(files(), Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture("wide.png"), one);

            assertThat(image.layout("num_patches")).isEqualTo(Tensor.ofLongs(new long[] {1}, 1));
            assertThat(model.tower().encode(List.of(image)).get(0).tokens()).isEqualTo(4);
            assertThat(model.images().preprocVersion(one))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | model_type | 'cohere2_vision' | \"cohere2_vision\" is not a supported",
                "config.json | vision_feature_layer | 3 | vision_feature_layer: expected one of the 2 layers",
                "config.json | vision_feature_select_strategy | 'default' | _strategy: expected full",
                "config.json | downsample_factor | 3 | downsample_factor: expected a divisor of the 4 patches",
                "config.json | alignment_intermediate_size | 71 | alignment_intermediate_size: expected an even number",
                "config.json | alignment_intermediate_size | 80 | projector.linear_1.weight: expected shape",
                "config.json | vision_config.model_type | 'clip_vision_model' | model_type: expected siglip",
                "config.json | vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "config.json | text_config.use_qk_norm | true | use_qk_norm: expected false",
                "config.json | text_config.layer_types | ['full_attention'] | layer_types: expected",
                "preprocessor_config.json | size.height | 18 | size.height: expected 16",
                "preprocessor_config.json | do_resize | false | do_resize: expected true",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = files();
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
