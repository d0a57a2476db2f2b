package dev.embedonce.vlm.family.internvl_chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.TiledContract;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InternVlChatTest extends TiledContract {
    private static final String SQUARE = "square.png";

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("internvl_chat", List.of("published"), "internvl_chat/variant", List.of("published"));
    }

    private FamilyFiles changed(String file, String field, String value) throws IOException {
        Path model = folder.resolve("model");
        if (!Files.exists(model)) {
            Goldens.of("internvl_chat", "published").model(model);
        }
        return ChangedField.in(model, file, field, value);
    }

    private static Tensor features(FamilyFiles files) {
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture(SQUARE), ImageSettings.DEFAULT);
            return model.tower().encode(List.of(image)).get(0).features();
        }
    }

    /** Four tokens a tile, in the first version column by column. */
    @Test
    void encode_firstVersionOfPixelShuffle_hasRowsAndColumnsSwapped() throws IOException {
        Tensor second = features(changed("config.json", "ps_version", "'v2'"));
        Tensor first = features(changed("config.json", "ps_version", ""));

        int channels = Math.toIntExact(second.dim(1));
        float[] swapped = new float[Math.toIntExact(second.elementCount())];
        int[] from = {0, 2, 1, 3};
        for (int row = 0; row < second.dim(0); row++) {
            int source = row / 4 * 4 + from[row % 4];
            second.floats().slice(source * channels, channels).get(swapped, row * channels, channels);
        }
        assertThat(Goldens.difference(first, Tensor.ofFloats(swapped, second.shape())))
                .isLessThan(TOLERANCE);
        assertThat(Goldens.difference(first, second)).isGreaterThan(0.1);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"use_thumbnail, false, 4", "dynamic_image_size, false, 1", "max_dynamic_patch, 2, 1"})
    void process_settingsOfTheConfig_changeTilesAndVersion(String field, String value, int tiles) throws IOException {
        ImageSettings any = ImageSettings.DEFAULT;
        try (FamilyModel plain = Families.open(changed("config.json", "template", "''"), Goldens.OPTIONS);
                FamilyModel model = Families.open(changed("config.json", field, value), Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture(SQUARE), any);

            assertThat(image.layout("num_patches")).isEqualTo(Tensor.ofLongs(new long[] {tiles}, 1));
            assertThat(model.images().preprocVersion(any))
                    .isNotEqualTo(plain.images().preprocVersion(any));
        }
    }

    /** As transformers' processor would have it in the same file. */
    @Test
    void process_settingsThatThePublishedCodeDoesNotAskFor_changeNothing() throws IOException {
        String before;
        try (FamilyModel model = Families.open(changed("config.json", "template", "''"), Goldens.OPTIONS)) {
            before = model.images().preprocVersion(ImageSettings.DEFAULT);
        }
        changed("preprocessor_config.json", "do_convert_rgb", "true");
        changed("preprocessor_config.json", "max_patches", "2");
        FamilyFiles files = changed("preprocessor_config.json", "size", "{'height': 8, 'width': 8}");
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT)).isEqualTo(before);
        }
    }

    @Test
    void chatTemplate_filesWithoutOne_isThePublishedCodes() throws IOException {
        InternVlChat family = new InternVlChat();
        FamilyFiles files = changed("tokenizer_config.json", "chat_template", "");
        List<ChatMessage> messages = List.of(
                ChatMessage.user(List.of(new byte[1], new byte[1]), "Which?"),
                ChatMessage.of("assistant", "This."),
                ChatMessage.of("user", "Why?"));

        PromptTemplate template =
                PromptTemplate.open(files.json(), Map.of(), family.chatTemplate(), family.messageContent());
        assertThat(template.render(messages, Map.of()))
                .startsWith("<|im_start|>system\n你是书生")
                .endsWith("""
                        <|im_end|>
                        <|im_start|>user
                        <image>
                        <image>
                        Which?<|im_end|>
                        <|im_start|>assistant
                        This.<|im_end|>
                        <|im_start|>user
                        Why?<|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @Test
    void requirePlaces_textThatWouldPassForFeatures_isRefused() throws IOException {
        try (FamilyModel model = Families.open(changed("config.json", "template", "''"), Goldens.OPTIONS)) {
            model.prompts().requirePlaces("<image>\nWhat?", 1);

            assertThatThrownBy(() -> model.prompts().requirePlaces("<image>\n<IMG_CONTEXT>?", 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("<IMG_CONTEXT>");
        }
    }

    /** The published code never ties the LM head to the embeddings, and its configs do not always say so. */
    @Test
    void open_configThatSaysTied_readsTheLmHeadThatTheFilesHave() throws IOException {
        Goldens.Case text = Goldens.of("internvl_chat", "published").named("text");
        try (FamilyModel model = Families.open(changed("config.json", "tie_word_embeddings", "true"), Goldens.OPTIONS);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = model.prompts().assemble(text.inputIds(), List.of());
            Tensor logits = batch.prefill(batch.open(prompt, prompt.length()), prompt.length(), Wanted.LAST);

            assertThat(Goldens.difference(logits, text.tensor("last_logits"))).isLessThan(TOLERANCE);
        }
    }

    @Test
    void open_olderTokenizerFiles_haveTheTokenBesideThem() throws IOException {
        FamilyFiles files = changed("tokenizer_config.json", "added_tokens_decoder", "");
        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("tokenizer_config.json: added_tokens_decoder: expected the token <IMG_CONTEXT>");

        Files.writeString(files.directory().resolve("added_tokens.json"), "{\"<IMG_CONTEXT>\": 297}");
        Families.open(FamilyFiles.of(files.directory()), Goldens.OPTIONS).close();
    }

    /** Field by field, and what is said about it. */
    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "llm_config.architectures | ['InternLM2ForCausalLM'] | expected Qwen2ForCausalLM or Qwen3ForCausalLM or",
                "llm_config.architectures | 'Qwen2ForCausalLM' | llm_config.architectures: expected a list of texts",
                "llm_config.model_type | 'internlm2' | llm_config.model_type: expected",
                "force_image_size | 32 | force_image_size: expected 16",
                "select_layer | -4 | select_layer: expected one of the 2 layers",
                "ps_version | 'v3' | ps_version: expected v1 or v2",
                "pad2square | true | pad2square: expected false",
                "min_dynamic_patch | 2 | min_dynamic_patch: expected 1",
                "use_llm_lora | 16 | use_llm_lora: expected 0",
                "vision_config.num_hidden_layers | 3 | vision_model.encoder.layers.2",
                "vision_config.qk_normalization | true | vision_model.encoder.layers.0.attn.q_norm.weight",
                "vision_config.hidden_size | 64 | vision_model.embeddings.patch_embedding.weight: expected shape"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String field, String value, String message)
            throws IOException {
        FamilyFiles files = changed("config.json", field, value);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
