package dev.embedonce.vlm.family.multi_modality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiModalityTest extends FamilyContract {
    private static final String OWN = "multi_modality";
    private static final String JANUS = "multi_modality/janus";

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of(OWN, List.of("published"), JANUS, List.of("published", "transformers5"));
    }

    private FamilyFiles changed(String model, String file, String field, String value) throws IOException {
        Path copy = folder.resolve("model");
        if (!Files.exists(copy)) {
            Goldens.of(model, "published").model(copy);
        }
        return ChangedField.in(copy, file, field, value);
    }

    private FamilyModel unchanged(String model) throws IOException {
        return Families.open(changed(model, "config.json", "transformers_version", "'4.57.1'"), Goldens.OPTIONS);
    }

    @Test
    void defaultTemplate_isThePublishedConversation() {
        Goldens goldens = Goldens.of(OWN, "published");
        JsonFiles files = new JsonFiles(goldens.model(folder.resolve("model")));
        MultiModality family = new MultiModality();
        String eos = "<｜end▁of▁sentence｜>";
        PromptTemplate template =
                PromptTemplate.open(files, Map.of("eos_token", eos), family.chatTemplate(), family.messageContent());
        Goldens.Case two = goldens.named("two");
        Goldens.Case tiny = goldens.named("tiny");
        ChatMessage asked = ChatMessage.user(two.pictures(), "Which is larger?");

        assertThat(template.render(List.of(ChatMessage.of("system", " Be brief."), asked), Map.of()))
                .isEqualTo(two.prompt());
        assertThat(template.render(List.of(ChatMessage.user(tiny.pictures(), "What?")), Map.of()))
                .isEqualTo(tiny.prompt());
        assertThat(template.render(
                        List.of(
                                ChatMessage.of("system", "Be brief."),
                                asked,
                                ChatMessage.of("assistant", "The first.\n"),
                                ChatMessage.of("user", "Why?")),
                        Map.of()))
                .isEqualTo(two.prompt() + " The first." + eos + "<|User|>: Why?\n\n<|Assistant|>:");
    }

    /** That of a picture of 46 x 85 pixels is 10.8. */
    @Test
    void process_shorterSide_isCutAsPublishedAndRoundedByTransformers() throws IOException {
        assertThat(columns(OWN)).isEqualTo(10);
        Files.move(folder.resolve("model"), folder.resolve("other"));
        assertThat(columns(JANUS)).isEqualTo(11);
    }

    /** How many columns of the middle row are not of the mean colour. */
    private long columns(String model) throws IOException {
        try (FamilyModel opened = unchanged(model)) {
            ProcessedImage tall = opened.images().process(Goldens.picture("tall.png"), ImageSettings.DEFAULT);
            Tensor pixels = Objects.requireNonNull(tall.inputs().get("pixel_values"));
            float fill = pixels.floats().get(0);
            long columns = 0;
            for (int x = 0; x < 20; x++) {
                columns += pixels.floats().get(10 * 20 + x) == fill ? 0 : 1;
            }
            return columns;
        }
    }

    @Test
    void split_axesOfThePublishedCode_areTheSame() throws IOException {
        Tensor pixels = Goldens.of(OWN, "published").named("two").tensor("pixel_values");
        Tensor batched = Tensor.view(pixels.dtype(), new long[] {1, 2, 3, 20, 20}, pixels.data());
        try (FamilyModel model = unchanged(OWN)) {
            List<ProcessedImage> found = model.images().split(Map.of("pixel_values", batched));
            List<ProcessedImage> expected = model.images().split(Map.of("pixel_values", pixels));

            assertThat(found).hasSize(2);
            assertThat(found.get(1).inputs()).isEqualTo(expected.get(1).inputs());
        }
    }

    @Test
    void requirePlaces_drawingAndMorePicturesThanPlaceholders_areRefused() throws IOException {
        try (FamilyModel model = unchanged(OWN)) {
            model.prompts().requirePlaces("<image_placeholder>\nWhat?", 1);
            assertThatThrownBy(() -> model.prompts().requirePlaces("<image_placeholder>\nWhat?", 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("<image_placeholder>");
            assertThatThrownBy(() -> model.prompts().requirePlaces("A cat.\n\n<|Assistant|>:<begin_of_image>", 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("drawing is not supported");
        }
    }

    /** Configs of transformers may be silent about the LM head that files have. */
    @Test
    void open_headInTheFiles_isTakenWhateverTheConfigSays() throws IOException {
        Tensor untied = logits("false");

        assertThat(logits("true")).isEqualTo(untied);
        assertThat(logits("")).isEqualTo(untied);
    }

    private Tensor logits(String tied) throws IOException {
        FamilyFiles files = changed(JANUS, "config.json", "tie_word_embeddings", tied);
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = model.prompts().assemble(new long[] {290, 72, 105}, List.of());
            return batch.prefill(batch.open(prompt, prompt.length()), prompt.length(), Wanted.LAST);
        }
    }

    /** Field by field, and what is said about it. */
    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "multi_modality | config.json | gen_vision_config | | gen_vision_config: expected that of Janus",
                "multi_modality | config.json | vision_config.cls | 'HybridVisionTower' | cls: expected CLIPVisionTower",
                "multi_modality | config.json | vision_config.params | {'model_name': 'sam_b'} | model_name: expected siglip",
                "multi_modality | config.json | vision_config.params | {'ignore_head': false} | ignore_head: expected true",
                "multi_modality | config.json | vision_config.params | {'pixel_mean': [0]} | pixel_mean: expected none",
                "multi_modality | config.json | vision_config.params | {'select_layer': -25} | select_layer: expected one of",
                "multi_modality | config.json | vision_config.params | {'heads': 3} | heads: expected a divisor of width",
                "multi_modality | config.json | vision_config.params | {} | input_dim: expected 1024",
                "multi_modality | config.json | aligner_config.params | {'projector_type': 'linear'} | expected mlp_gelu",
                "multi_modality | config.json | aligner_config.params | {'n_embed': 41} | n_embed: expected the hidden_size",
                "multi_modality | config.json | aligner_config.params | {'depth': 3, 'n_embed': 40} | aligner.layers.4.weight",
                "multi_modality | config.json | language_config.model_type | 'qwen2' | model_type: expected llama",
                "multi_modality | config.json | language_config.vocab_size | 9 | embed_tokens.weight: expected shape",
                "multi_modality | preprocessor_config.json | image_size | 384 | image_size: expected 20, as config.json says",
                "multi_modality | preprocessor_config.json | image_processor_type | 'JanusImageProcessor' | expected VLMImage",
                "multi_modality | preprocessor_config.json | do_magic | true | do_magic",
                "multi_modality | processor_config.json | sft_format | 'plain' | sft_format: expected deepseek",
                "multi_modality | processor_config.json | image_tag | '<image>' | image_tag: expected <image_placeholder>",
                "multi_modality | processor_config.json | add_special_token | true | add_special_token: expected false",
                "multi_modality | processor_config.json | num_image_tokens | 576 | num_image_tokens: expected 16",
                "multi_modality/janus | config.json | vision_config.use_qk_norm | true | use_qk_norm: expected false",
                "multi_modality/janus | config.json | vision_config.attention_bias | false | attention_bias: expected true",
                "multi_modality/janus | config.json | vision_config.projection_dim | 48 | projection_dim: expected the hidden",
                "multi_modality/janus | config.json | vision_config.depth | 3 | model.aligner.hidden_layers.1.weight",
                "multi_modality/janus | config.json | vision_config.num_hidden_layers | 3 | model.vision_model.encoder.layers.2",
                "multi_modality/janus | config.json | vision_config.mlp_ratio | 2 | mlp.fc1.weight: expected shape",
                "multi_modality/janus | preprocessor_config.json | do_pad | false | do_pad: expected true",
                "multi_modality/janus | preprocessor_config.json | size.height | 384 | size.height: expected 20, as config"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(
            String model, String file, String field, String value, String message) throws IOException {
        FamilyFiles files = changed(model, file, field, value == null ? "" : value);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
