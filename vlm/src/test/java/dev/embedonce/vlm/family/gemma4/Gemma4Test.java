package dev.embedonce.vlm.family.gemma4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gemma4Test extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Pixels of a token. */
    private static final int TOKEN = 6 * 6;

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of(
                "gemma4",
                List.of("published", "transformers5"),
                "gemma4/dense",
                List.of("published"),
                "gemma4/experts",
                List.of("published"));
    }

    /** {@code max_soft_tokens} of 6. */
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings")
                ? ImageSettings.DEFAULT.withMaxPixels(7 * TOKEN - 1)
                : ImageSettings.DEFAULT;
    }

    @Override
    protected Map<String, Tensor> processed(Goldens.Case golden) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(super.processed(golden));
        if (golden.has(Gemma4Processor.POSITIONS)) {
            tensors.put(Gemma4Processor.POSITIONS, golden.tensor(Gemma4Processor.POSITIONS));
        }
        return tensors;
    }

    private FamilyFiles files(String model) {
        return FamilyFiles.of(Goldens.of(model, "published").model(folder.resolve("model")));
    }

    private FamilyModel open() {
        return Families.open(files("gemma4"), Goldens.OPTIONS);
    }

    @Test
    void process_areaAskedFor_isOfANumberOfTokensTheModelsWereMadeFor() {
        try (FamilyModel model = open()) {
            byte[] square = Goldens.picture("square.png");
            for (int[] tokensAndSide : new int[][] {{1200, 33}, {139, 8}, {70, 8}, {69, 8}, {16, 4}, {15, 3}, {1, 1}}) {
                ImageSettings settings = ImageSettings.DEFAULT.withMaxPixels((long) tokensAndSide[0] * TOKEN);
                ProcessedImage image = model.images().process(square, settings);

                long side = 3L * tokensAndSide[1];
                assertThat(image.layout(Gemma4Processor.GRID))
                        .as("%s tokens", tokensAndSide[0])
                        .isEqualTo(Tensor.ofLongs(new long[] {side, side}, 2));
            }
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxPixels(139 * TOKEN)))
                    .isEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxPixels(70 * TOKEN)))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    @Test
    void videosAndAudio_areRefusedByName_andTheirTensorsPassedOver() {
        FamilyFiles files = files("gemma4");
        assertThat(files.weights().names()).anyMatch(name -> name.contains("audio_tower"));
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.prompts().requirePlaces("What? <|video|>", 0))
                    .withMessage("the prompt has the placeholder <|video|>, but videos are not supported");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.prompts().expand("<|audio|>", List.of()))
                    .withMessageContaining("sounds are not supported");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.prompts().assemble(new long[] {2, 270}, List.of()))
                    .withMessageContaining("270")
                    .withMessageContaining("videos");
            Tensor some = Tensor.ofFloats(new float[] {1}, 1);
            for (String name : List.of("pixel_values_videos", "input_features")) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> model.images().split(Map.of(name, some)))
                        .withMessageContaining(name);
            }
        }
    }

    @Test
    void split_positionsThatAreNoGrid_areRefused() {
        Tensor patches = Tensor.ofFloats(new float[2 * 12], 1, 2, 12);
        for (long[] positions : new long[][] {{0, 0, 1, 1}, {-1, -1, 0, 0}, {0, 0, 0, 2}, {1, 0, 0, 0}}) {
            Map<String, Tensor> tensors = Map.of(
                    Gemma4Processor.PIXEL_VALUES,
                    patches,
                    Gemma4Processor.POSITIONS,
                    Tensor.ofLongs(positions, 1, 2, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Gemma4Processor.pictures(tensors))
                    .withMessageContaining(Gemma4Processor.POSITIONS);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gemma4Processor.pictures(Map.of(Gemma4Processor.PIXEL_VALUES, patches)))
                .withMessageContaining("pixel_values, image_position_ids, found [1, 0]");
    }

    /** Keys and values of one head: 16 channels (12 of them used) in two layers, 24 in two, none in two more. */
    @Test
    void layersThatShareKeysAndValues_keepNone() {
        try (FamilyModel model = open();
                SequenceBatch batch = model.language().newBatch()) {
            Goldens.Case text = Goldens.of("gemma4", "published").named("text");
            batch.open(model.prompts().assemble(text.inputIds(), List.of()), 200);

            assertThat(batch.bytes()).isEqualTo(256L * 2 * (16 + 24 + 16 + 24) * Float.BYTES);
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | model_type | 'gemma4_unified' | \"gemma4_unified\" is not a supported",
                "config.json | text_config.model_type | 'gemma3_text' | model_type: expected gemma4_text",
                "config.json | text_config.enable_moe_block | true | num_experts: expected",
                "config.json | text_config.use_bidirectional_attention | 'all' | attention: expected vision",
                "config.json | text_config.num_kv_shared_layers | 5 | num_kv_shared_layers: expected a layer of each",
                "config.json | text_config.num_kv_shared_layers | 7 | num_kv_shared_layers: expected a layer of each",
                "config.json | text_config.vocab_size_per_layer_input | 200 | _input: expected at least vocab_size",
                "config.json | text_config.per_layer_config | {'1': {'head_dim': 8}} | heads of one size",
                "config.json | text_config.use_double_wide_mlp | false | layers.4.mlp.gate_proj.weight",
                "config.json | text_config.hidden_size_per_layer_input | 9 | embed_tokens_per_layer.weight",
                "config.json | text_config.rope_parameters | {'full_attention': {'rope_type': 'x'}} | rope_type: exp",
                "config.json | vision_config | null | vision_config: expected an object",
                "config.json | vision_config.model_type | 'siglip_vision_model' | model_type: expected gemma4_vision",
                "config.json | vision_config.head_dim | 6 | head_dim: expected a multiple of 4",
                "config.json | vision_config.patch_size | 8 | patch_size: expected Patches[side=8, square=3]",
                "config.json | vision_config.standardize | true | vision_tower.std_bias is missing",
                "config.json | vision_config.num_hidden_layers | 3 | vision_tower.encoder.layers.2",
                "config.json | vision_config.rope_parameters | {'rope_type': 'yarn'} | rope_type: expected axial",
                "processor_config.json | image_processor.max_soft_tokens | 0 | max_soft_tokens: expected",
                "processor_config.json | image_processor.do_resize | false | do_resize: expected true",
                "processor_config.json | image_processor.image_processor_type | 'Other' | image_processor_type: exp"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = files("gemma4");
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
