package dev.embedonce.vlm.family.idefics2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.Family;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Idefics2Test extends FamilyContract {
    private static final ImageSettings ONE_TILE = ImageSettings.DEFAULT.withMaxTiles(1);
    private static final String FAKE = "<fake_token_around_image>";

    @TempDir
    Path folder;

    /** The second model has one layer of each kind, an epsilon of its own, and does not split pictures. */
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("idefics2", List.of("published", "transformers5"), "idefics2/whole", List.of("published"));
    }

    private static Goldens goldens() {
        return Goldens.of("idefics2", "published");
    }

    private Path files() {
        return goldens().model(folder.resolve("model"));
    }

    private static FamilyModel open(Path model) {
        return Families.open(FamilyFiles.of(model), Goldens.OPTIONS);
    }

    @Test
    void process_oneTileAskedFor_isThePictureAsAWhole() {
        Path whole = Goldens.of("idefics2/whole", "published").model(folder.resolve("whole"));
        byte[] picture = Goldens.picture("wide.png");
        try (FamilyModel model = open(files());
                FamilyModel unsplit = open(whole)) {
            ProcessedImage asked = model.images().process(picture, ONE_TILE);

            assertThat(asked.inputs())
                    .hasSize(1)
                    .isEqualTo(unsplit.images()
                            .process(picture, ImageSettings.DEFAULT)
                            .inputs());
            assertThat(model.images().preprocVersion(ONE_TILE))
                    .isEqualTo(unsplit.images().preprocVersion(ImageSettings.DEFAULT))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
            assertThat(model.tower().encode(List.of(asked)).get(0).tokens()).isEqualTo(3);
        }
    }

    @Test
    void process_onePixelAcross_cannotBeSplit() {
        try (FamilyModel model = open(files())) {
            assertThatThrownBy(() -> model.images().process(Goldens.picture("column.png"), ImageSettings.DEFAULT))
                    .isInstanceOf(ImageException.class)
                    .hasMessage("image is 1x60, cannot be split into quarters");
            assertThat(model.images()
                            .process(Goldens.picture("column.png"), ONE_TILE)
                            .inputs())
                    .hasSize(1);
        }
    }

    /** As the reference takes for padding. */
    @Test
    void encode_zeros_areAPicture() {
        ProcessedImage zeros =
                Idefics2Pictures.image(List.of(Tensor.ofFloats(new float[3 * 10 * 10], 3, 10, 10)), 0, 0);
        try (FamilyModel model = open(files())) {
            assertThat(model.tower().encode(List.of(zeros)).get(0).tokens()).isEqualTo(3);
        }
    }

    @Test
    void split_masksOfOtherSizes_orPiecesThatMakeNoPicture_areRefused() {
        Map<String, Tensor> tensors = new LinkedHashMap<>(processed(goldens().named("one")));
        try (FamilyModel model = open(files())) {
            tensors.put("pixel_attention_mask", Tensor.ofLongs(new long[5], 1, 5, 1, 1));
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("pixel_attention_mask: expected the pieces and sides of pixel_values");
            tensors.put("pixel_values", Tensor.ofFloats(new float[4 * 3], 1, 4, 3, 1, 1));
            assertThatThrownBy(() -> model.images().split(tensors))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("with 5 pieces a picture");
        }
    }

    @Test
    void expand_neighbours_shareASeparator_andWordsGetASpace() {
        assertThat(expanded(true, "<image><image>What<image>\n<image> is<image><end>"))
                .isEqualTo(FAKE + "<image><image>" + FAKE + "<image><image>" + FAKE + " What" + FAKE + "<image><image>"
                        + FAKE + "\n" + FAKE + "<image><image>" + FAKE + " is" + FAKE + "<image><image>" + FAKE
                        + "<end>");
    }

    private static String expanded(boolean spaced, String prompt) {
        VisionFeatures piece = new VisionFeatures(Map.of(VisionFeatures.FEATURES, Tensor.ofFloats(new float[2], 2, 1)));
        int images = prompt.split("<image>", -1).length - 1;
        List<PromptPiece> pieces = new Idefics2Prompts(0, 2, spaced).expand(prompt, Collections.nCopies(images, piece));
        return ((PromptPiece.Text) pieces.get(0)).text();
    }

    /** As the published tokenizer's, which is Mistral's. */
    @Test
    void tokenizerThatSetsSpaces_isGivenNone() throws IOException {
        Path model = files();
        ChangedField.in(
                model,
                "tokenizer.json",
                "normalizer",
                "{'type': 'Sequence', 'normalizers': [{'type': 'Prepend', 'prepend': '▁'},"
                        + " {'type': 'Replace', 'pattern': {'String': ' '}, 'content': '▁'}]}");

        assertThat(Idefics2Prompts.read(FamilyFiles.of(model), 0, 2).spaced()).isFalse();
        assertThat(Idefics2Prompts.read(FamilyFiles.of(goldens().model(folder.resolve("plain"))), 0, 2)
                        .spaced())
                .isTrue();
        assertThat(expanded(false, "<image>What")).isEqualTo(FAKE + "<image><image>" + FAKE + "What");
    }

    @Test
    void chatTemplate_withoutOneInTheFiles_isThePublishedOne() throws IOException {
        Goldens.Case one = goldens().named("one");
        FamilyFiles without = ChangedField.in(files(), "tokenizer_config.json", "chat_template", "");
        Family family = new Idefics2();
        PromptTemplate template =
                PromptTemplate.open(without.json(), Map.of(), family.chatTemplate(), family.messageContent());

        ChatMessage user = ChatMessage.user(one.pictures(), "Describe the image.");

        assertThat(template.render(List.of(user), Map.of())).isEqualTo(one.prompt());
    }

    /** It was the language model's, before there was a field for it. */
    @Test
    void resamplersEpsilon_whereTheConfigIsSilent_isTheLanguageModels() throws IOException {
        Path model = files();
        String silent = version(model);
        ChangedField.in(model, "config.json", "perceiver_config.rms_norm_eps", "1e-5");
        assertThat(version(model)).isEqualTo(silent);
        ChangedField.in(model, "config.json", "perceiver_config.rms_norm_eps", "1e-6");
        assertThat(version(model)).isNotEqualTo(silent);
    }

    private static String version(Path model) {
        try (FamilyModel opened = open(model)) {
            return opened.tower().modelVersion();
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | text_config.model_type | 'other' | text_config.model_type: expected",
                "config.json | text_config.num_hidden_layers | 3 | model.text_model.layers.2",
                "config.json | text_config.intermediate_size | 64 | modality_projection.gate_proj.weight: expected shape",
                "config.json | text_config.hidden_size | 48 | modality_projection.down_proj.weight: expected shape",
                "config.json | vision_config.num_channels | 1 | num_channels: expected 3",
                "config.json | vision_config.image_size | 36 | position_embedding.weight: expected shape",
                "config.json | vision_config.patch_size | 5 | position_embedding.weight: expected shape",
                "config.json | vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "config.json | vision_config.hidden_act | 'swish2' | hidden_act: expected",
                "config.json | perceiver_config.resampler_n_latents | 4 | resampler.latents: expected shape",
                "config.json | perceiver_config.resampler_depth | 3 | perceiver_resampler.layers.2",
                "config.json | perceiver_config.resampler_n_heads | 8 | q_proj.weight: expected shape",
                "config.json | perceiver_config.resampler_head_dim | 10 | _proj.weight: expected shape",
                "config.json | perceiver_config.num_key_value_heads | 3 | num_key_value_heads: expected a divisor",
                "preprocessor_config.json | do_resize | false | do_resize: expected true",
                "preprocessor_config.json | size.shortest_edge | 3 | shortest_edge: expected at least a patch of 4",
                "preprocessor_config.json | size.longest_edge | 3 | longest_edge: expected at least a patch of 4",
                "preprocessor_config.json | size.height | 10 | height",
                "preprocessor_config.json | resample | 9 | resample",
                "preprocessor_config.json | surprise | 1 | surprise",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected"
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
