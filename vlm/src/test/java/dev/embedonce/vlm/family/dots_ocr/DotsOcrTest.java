package dev.embedonce.vlm.family.dots_ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.ChatMessage.Image;
import dev.embedonce.vlm.chat.ChatMessage.Text;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DotsOcrTest extends FamilyContract {
    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("dots_ocr", List.of("published", "transformers5"));
    }

    private Path published() {
        return Goldens.of("dots_ocr", "published").model(folder.resolve("model"));
    }

    private static PatchProcessing processor(FamilyFiles files) {
        return PatchProcessing.read(files.imageProcessor(), PixelOptions.defaults());
    }

    @Test
    void processorFilesOfAllVersions_areThePublishedOne() {
        ProcessorForms forms = ProcessorForms.of(folder, "dots_ocr", "dots_ocr");
        String published = "{'min_pixels': 3136, 'max_pixels': 11289600, 'patch_size': 14, 'temporal_patch_size': 1,"
                + " 'merge_size': 2, 'image_mean': [0.48145466, 0.4578275, 0.40821073],"
                + " 'image_std': [0.26862954, 0.26130258, 0.27577711],"
                + " 'image_processor_type': 'Qwen2VLImageProcessor', 'processor_class': 'DotsVLProcessor'}";

        assertThat(forms.versions(DotsOcrTest::processor))
                .containsExactly(forms.version(Goldens.parse(published.replace('\'', '"')), DotsOcrTest::processor));
    }

    /** System and assistant messages too, which the template takes as strings only. */
    @Test
    void conversation_isRenderedAsByTheReference() {
        DotsOcr family = new DotsOcr();
        PromptTemplate template =
                PromptTemplate.open(new JsonFiles(published()), Map.of(), Optional.empty(), family.messageContent());
        Goldens.Case turns = Goldens.of("dots_ocr", "published").named("turns");
        Image picture = new Image(turns.pictures().get(0));

        assertThat(template.render(
                        List.of(
                                ChatMessage.of("system", "You are a helpful assistant."),
                                new ChatMessage("user", List.of(picture, new Text("What is in this picture?"))),
                                ChatMessage.of("assistant", "A red square."),
                                new ChatMessage(
                                        "user", List.of(new Text("And here?"), picture, new Text("Compare the two.")))),
                        Map.of()))
                .isEqualTo(turns.prompt());
    }

    @Test
    void placeholderOfAVideo_isRefusedByName() {
        DotsOcrPrompts prompts = new DotsOcrPrompts(306);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompts.requirePlaces("<|img|><|video_pad|><|endofimg|>", 0))
                .withMessage("the prompt has the placeholder <|video_pad|>, but videos are not supported");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> prompts.expand("<|video_pad|>", List.of()))
                .withMessageContaining("videos");
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config | null | vision_config: expected an object",
                "config.json | vision_config.model_type | 'siglip' | model_type: expected dots_vit",
                "config.json | vision_config.num_channels | 1 | num_channels: expected 3",
                "config.json | vision_config.temporal_patch_size | 2 | temporal_patch_size: expected 1",
                "config.json | vision_config.patch_size | 14 | patch_size: expected patches as the image processor",
                "config.json | vision_config.use_bias | true | use_bias: expected false",
                "config.json | vision_config.is_causal | true | is_causal: expected false",
                "config.json | vision_config.post_norm | false | post_norm: expected true",
                "config.json | vision_config.hidden_size | 64 | vision_config.hidden_size: expected 48",
                "config.json | vision_config.embed_dim | 64 | patchifier.proj.weight: expected shape",
                "config.json | vision_config.intermediate_size | 60 | blocks.0.mlp.fc1.weight: expected shape",
                "config.json | vision_config.num_hidden_layers | 3 | vision_tower.blocks.2.",
                "config.json | num_hidden_layers | 3 | model.layers.2.",
                "config.json | intermediate_size | 64 | mlp.gate_proj.weight: expected shape",
                "config.json | use_sliding_window | true | use_sliding_window: expected false",
                "config.json | rope_scaling | {'type': 'mystery'} | mystery",
                "config.json | tie_word_embeddings | 'no' | tie_word_embeddings: expected",
                "preprocessor_config.json | temporal_patch_size | 2 | temporal=2",
                "preprocessor_config.json | image_processor_type | 'Other' | type: expected Qwen2VLImageProcessor"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = ChangedField.in(published(), file, field, value);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(files.directory().toString());
    }
}
