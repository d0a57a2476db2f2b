package dev.embedonce.vlm.family.llava_bunny;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.JsonFiles;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.PromptTemplate;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LlavaBunnyTest extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("llava_bunny", List.of("published"), "llava_bunny/variant", List.of("published"));
    }

    /** The reference is LLaVA of the same parts, whose placeholder is a token. */
    @Override
    protected long[] inputIds(Goldens.Case golden) {
        return LongStream.of(golden.inputIds()).map(id -> id == 293 ? -200 : id).toArray();
    }

    private FamilyFiles files(String model) {
        return FamilyFiles.of(Goldens.of(model, "published").model(folder.resolve("model")));
    }

    @Test
    void defaultTemplate_isTheReferences() {
        JsonFiles files = files("llava_bunny/variant").json();
        LlavaBunny family = new LlavaBunny();
        PromptTemplate template = PromptTemplate.open(
                files, Map.of("eos_token", "<|im_end|>"), family.chatTemplate(), family.messageContent());
        Goldens.Case one = Goldens.of("llava_bunny/variant", "published").named("one");
        ChatMessage user = ChatMessage.user(one.pictures(), "Describe the image.");

        assertThat(template.render(List.of(user), Map.of())).isEqualTo(one.prompt());
        assertThat(template.render(
                        List.of(ChatMessage.of("system", "Be short."), user, ChatMessage.of("assistant", "A square.")),
                        Map.of()))
                .isEqualTo("Be short. USER: <image>\nDescribe the image. ASSISTANT: A square.<|im_end|>ASSISTANT:");
    }

    @Test
    void picturesWithoutProcessorsFile_areMadeReadyTheSame() throws IOException {
        Goldens.Case two = Goldens.of("llava_bunny", "published").named("two");
        FamilyFiles files = files("llava_bunny");
        Files.delete(files.directory().resolve("preprocessor_config.json"));
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            assertThat(model.images()
                            .process(two.pictures().get(0), ImageSettings.DEFAULT)
                            .inputs())
                    .isEqualTo(model.images().split(processed(two)).get(0).inputs());
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | model_type | 'bunny-phi' | \"bunny-phi\" is not a supported",
                "config.json | use_s2 | true | use_s2: expected false",
                "config.json | mm_projector_type | 'spp' | mm_projector_type: expected mlp2x_gelu",
                "config.json | image_aspect_ratio | 'anyres' | image_aspect_ratio: expected square or pad",
                "config.json | vision_config | null | patch_embedding.weight: expected shape [1152",
                "config.json | vision_config.model_type | 'clip_vision_model' | model_type: expected siglip",
                "config.json | vision_config.num_hidden_layers | 5 | vision_model.encoder.layers.3",
                "config.json | hidden_size | 52 | model.mm_projector.0.weight: expected shape",
                "preprocessor_config.json | size | {'height': 28, 'width': 35} | with a square size",
                "preprocessor_config.json | image_processor_type | 'ViTImageProcessor' | found ViTImageProcessor"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        FamilyFiles files = files("llava_bunny");
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

    @Test
    void towerOfAnotherName_withoutVisionConfig_isRefused() throws IOException {
        FamilyFiles files = files("llava_bunny");
        Path path = files.directory().resolve("config.json");
        ObjectNode root = (ObjectNode) JSON.readTree(path.toFile());
        root.remove("vision_config");
        root.put("mm_vision_tower", "openai/clip-vit-large-patch14-336");
        JSON.writeValue(path.toFile(), root);

        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("mm_vision_tower: expected siglip-so400m-patch14-384, or a vision_config");
    }
}
