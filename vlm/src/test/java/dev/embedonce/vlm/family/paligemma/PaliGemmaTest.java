package dev.embedonce.vlm.family.paligemma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.decoder.layer.GroupedQueryAttention;
import dev.embedonce.vlm.decoder.layer.ResidualLayer;
import dev.embedonce.vlm.decoder.layer.TextModel;
import dev.embedonce.vlm.decoder.text.TextModels;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaliGemmaTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        List<String> layouts = List.of("published", "transformers5");
        return Map.of("paligemma", layouts, "paligemma/variant", layouts);
    }

    /**
     * One at least: the contract has no other way to say so. {@link #everyCase_equalsTheReference} asks for several.
     */
    @Override
    protected boolean takesAnyNumberOfPictures() {
        return false;
    }

    private FamilyFiles files() {
        return FamilyFiles.of(Goldens.of("paligemma", "published").model(folder.resolve("model")));
    }

    @Test
    void aPromptWithoutPicture_isRefused() {
        try (FamilyModel model = Families.open(files(), Goldens.OPTIONS)) {
            assertThatThrownBy(() -> model.prompts().requirePlaces("What?", 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a prompt has at least 1 image, but 0 were given");
            assertThatThrownBy(() -> model.prompts().assemble(new long[] {2, 5}, List.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at least 1 image");
        }
    }

    @Test
    void aPrompt_isReadAtOnce_andCountedFromOne() {
        try (FamilyModel model = Families.open(files(), Goldens.OPTIONS);
                SequenceBatch batch = model.language().newBatch()) {
            List<VisionFeatures> features = model.tower()
                    .encode(List.of(model.images().process(Goldens.picture("square.png"), ImageSettings.DEFAULT)));
            Goldens.Case one = Goldens.of("paligemma", "published").named("one");
            Prompt prompt = model.prompts().assemble(one.inputIds(), features);

            assertThat(prompt.position(0, 0)).isEqualTo(1);
            assertThat(prompt.position(0, prompt.length())).isEqualTo(prompt.length() + 1f);
            assertThat(prompt.pauseFrom(1)).isEqualTo(prompt.length());
            Sequence sequence = batch.open(prompt, prompt.length());
            assertThatThrownBy(() -> batch.prefill(sequence, prompt.length() - 1, Wanted.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("read at once");
        }
    }

    @Test
    void softcapsOfNull_areNone() throws IOException {
        ModelConfig silent =
                ModelConfig.readFile(Files.writeString(folder.resolve("silent.json"), "{\"model_type\": \"gemma2\"}"));
        ModelConfig without = ModelConfig.readFile(Files.writeString(
                folder.resolve("without.json"),
                "{\"model_type\": \"gemma2\", \"attn_logit_softcapping\": null, \"final_logit_softcapping\": null}"));

        assertThat(softcaps(silent)).containsExactly(50f, 30f);
        assertThat(softcaps(without)).containsExactly(0f, 0f);
    }

    /** Of scores and of logits. */
    private static List<Float> softcaps(ModelConfig config) {
        TextModel text = TextModels.read(config, true);
        ResidualLayer first = (ResidualLayer) text.layers().get(0);
        return List.of(
                ((GroupedQueryAttention) first.mixer()).heads().softcap(),
                text.head().softcap());
    }

    /** Field by field, the model whose config has it, and what is said about it. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "paligemma | projection | vision_config.hidden_size | 36 | position_embedding.weight: expected shape",
                "paligemma | tower | vision_config.model_type | 'clip_vision_model' | model_type: expected siglip",
                "paligemma | layers | vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "paligemma | width | text_config.hidden_size | 40 | multi_modal_projector.linear.weight: expected shape",
                "paligemma | text | text_config.model_type | 'gemma9' | model_type: expected",
                "paligemma | act | text_config.hidden_act | 'swish9' | hidden_act: expected",
                "paligemma/variant | types | text_config.layer_types | ['full_attention'] | layer_types: expected",
                "paligemma/variant | window | text_config.sliding_window | -4 | sliding_window: expected"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(
            String model, String what, String field, String value, String message) throws IOException {
        FamilyFiles files = FamilyFiles.of(Goldens.of(model, "published").model(folder.resolve(what)));
        Path path = files.directory().resolve("config.json");
        ObjectNode root = (ObjectNode) JSON.readTree(path.toFile());
        int dot = field.indexOf('.');
        ((ObjectNode) root.get(field.substring(0, dot)))
                .set(field.substring(dot + 1), JSON.readTree(value.replace('\'', '"')));
        JSON.writeValue(path.toFile(), root);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
