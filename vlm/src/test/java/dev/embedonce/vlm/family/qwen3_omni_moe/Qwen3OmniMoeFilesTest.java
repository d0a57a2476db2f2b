package dev.embedonce.vlm.family.qwen3_omni_moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.family.Refusals;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageProcessing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What its files may say, and what prompts may have; in the layout of transformers 5 the thinker is saved alone. */
class Qwen3OmniMoeFilesTest {
    private static final String MODEL = "qwen3_omni_moe";

    @TempDir
    Path folder;

    /** The layouts have the thinker's fields in different places. */
    @Test
    void thinkersConfig_isWithinTheWholeOne() {
        FamilyFiles whole = FamilyFiles.of(Goldens.of(MODEL, "published").model(folder.resolve("whole")));
        FamilyFiles alone = FamilyFiles.of(Goldens.of(MODEL, "transformers5").model(folder.resolve("alone")));

        FamilyFiles thinker = whole.within("thinker_config");

        assertThat(thinker.config().text("model_type")).isEqualTo("qwen3_omni_moe_thinker");
        assertThat(TextModels.readOf(thinker.config()))
                .usingRecursiveComparison()
                .isEqualTo(TextModels.readOf(alone.config()));
        assertThat(whole.config().text("model_type")).isEqualTo(MODEL);
        assertThatThrownBy(() -> whole.within("speaker_config").config())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("speaker_config");
    }

    @Test
    void text_ofEitherName_isRead() throws IOException {
        Path model = Goldens.of(MODEL, "transformers5").model(folder.resolve("model"));
        FamilyFiles files =
                ChangedField.in(model, "config.json", "text_config.model_type", "'qwen3_omni_moe_text_encoder'");
        try (FamilyModel opened = Families.open(files, Goldens.OPTIONS)) {
            assertThat(opened.language().vocabulary()).isEqualTo(432);
        }
    }

    /** In text, as templates write it, and as a token. */
    @ParameterizedTest
    @CsvSource({"<|audio_pad|>, 428", "<|video_pad|>, 409"})
    void audioAndVideos_areRefusedByName(String placeholder, long id) {
        Path model = Goldens.of(MODEL, "published").model(folder.resolve("model"));
        try (FamilyModel opened = Families.open(FamilyFiles.of(model), Goldens.OPTIONS)) {
            assertThatThrownBy(() -> opened.prompts().requirePlaces("Listen: " + placeholder, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(placeholder)
                    .hasMessageContaining("audio and videos are not supported");
            assertThatThrownBy(() -> opened.prompts().expand("Listen: " + placeholder, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(placeholder);
            assertThatThrownBy(() -> opened.prompts().assemble(new long[] {1, id, 2}, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("token 1 of the prompt has the id " + id);
        }
    }

    /** Neither file of settings names one. */
    @Test
    void answers_endWithTheTokenThatEndsMessages() {
        Path model = Goldens.of(MODEL, "published").model(folder.resolve("model"));
        ModelOptions options =
                ModelOptions.builder().cacheFolder(folder.resolve("native")).build();
        try (VisionLanguageModel opened = VisionLanguageModel.load(model, options)) {
            assertThat(opened.generationDefaults().endTokens()).containsExactly(398);
        }
    }

    @Test
    void endTokens_ofTheThinkerAlone_areThoseOfThePublishedModels() {
        Path model = Goldens.of(MODEL, "transformers5").model(folder.resolve("model"));
        assertThat(new Qwen3OmniMoe().endTokens(new JsonFiles(model).required("config.json")))
                .containsExactly(151_645);
    }

    // ---- settings of the processor

    private static ImageProcessing processor(FamilyFiles files) {
        return Qwen3OmniMoe.images(files, Goldens.OPTIONS).processing();
    }

    @Test
    void processor_formsOfAllVersions_areOne() {
        ProcessorForms forms = ProcessorForms.of(folder, MODEL, MODEL);
        assertThat(forms.versions(Qwen3OmniMoeFilesTest::processor)).hasSize(1);
    }

    @Test
    void processor_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(folder, MODEL, MODEL)
                .assertAccepts(
                        Qwen3OmniMoeFilesTest::processor,
                        "Qwen2VLImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "auto_map",
                        "feature_extractor_type");
    }

    // ---- what does not fit

    /** Of the thinker alone. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "vision_config.patch_size | 16 | vision_config.patch_size: expected patches as the image",
                "vision_config.in_channels | 4 | vision_config.in_channels: expected 3",
                "vision_config.depth | 4 | visual.blocks.3.norm1.weight",
                "vision_config.deepstack_visual_indexes | [0, 1, 2] | visual.merger_list.2.ln_q.weight is missing",
                "vision_config.out_hidden_size | 32 | visual.merger_list.0.mlp.2.weight: expected shape",
                "text_config.model_type | 'qwen3_moe' | text_config.model_type: expected",
                "text_config.num_experts | 6 | model.layers.0.mlp.gate.weight: expected shape [6, 48]",
                "text_config.num_experts | | text_config.num_experts: expected a whole number from 1 on",
                "text_config.num_experts_per_tok | 6 | text_config.num_experts_per_tok: expected at most as many",
                "text_config.moe_intermediate_size | 8 | mlp.experts.0.gate_proj.weight: expected shape [8, 48]",
                "text_config.rope_parameters | {'mrope_section': [4, 2, 2]} | mrope_interleaved: expected true",
                "text_config.rope_parameters | {'mrope_interleaved': true} | mrope_section",
                "text_config.use_sliding_window | true | text_config.use_sliding_window: expected false",
                "text_config | | text_config: expected an object",
                "vision_config | | vision_config: expected an object"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String field, String value, String message)
            throws IOException {
        Path model = Goldens.of(MODEL, "transformers5").model(folder.resolve("model"));
        FamilyFiles files = ChangedField.in(model, "config.json", field, value == null ? "" : value);
        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(model.toString())
                .hasMessageContaining(message);
    }

    /** The header is changed in place, so that no tensor moves. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "thinker.visual.merger.ln_q.weight",
                "thinker.visual.merger_list.1.mlp.0.weight",
                "thinker.model.layers.2.mlp.experts.4.down_proj.weight",
                "thinker.lm_head.weight"
            })
    void open_tensorThatIsMissing_isNamed(String tensor) throws IOException {
        Path model = Goldens.of(MODEL, "published").model(folder.resolve("model"));
        Path weights = model.resolve("model.safetensors");
        String all = Files.readString(weights, StandardCharsets.ISO_8859_1);
        String other = tensor.replace("weight", "height");
        Files.writeString(weights, all.replace(tensor, other), StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() ->
                        Families.open(FamilyFiles.of(model), Goldens.OPTIONS).close())
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(tensor);
    }

    @Test
    void open_withoutAThinker_isRefused() {
        Refusals.assertRefused(
                folder,
                MODEL,
                "config.json",
                "\"thinker_config\"",
                "\"thinker\"",
                "thinker_config: expected an object");
    }
}
