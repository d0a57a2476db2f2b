package dev.embedonce.vlm.family.qwen3_5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Conversation;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.ImageReport;
import dev.embedonce.vlm.ModelOptions;
import dev.embedonce.vlm.VisionLanguageModel;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.generate.Generation;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Qwen35Test extends FamilyContract {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen3_5", List.of("published", "transformers5"));
    }

    @Override
    protected boolean cutsBack() {
        return false;
    }

    private static Goldens goldens() {
        return Goldens.of("qwen3_5", "published");
    }

    private Path files() throws IOException {
        return goldens().model(folder.resolve("model"));
    }

    @Test
    void nextTurn_goesOnBehindTheAnswer_andIsWhatAFreshPromptGives() throws IOException {
        GenerationOptions greedy = GenerationOptions.greedy(6).withIgnoreEnd(true);
        ModelOptions options =
                ModelOptions.builder().cacheFolder(folder.resolve("cache")).build();
        Goldens.Case one = goldens().named("one");
        try (VisionLanguageModel whole = VisionLanguageModel.load(files(), options);
                Conversation chat = whole.newConversation();
                Conversation fresh = whole.newConversation()) {
            List<VisionFeatures> pictures = whole.encodeImages(one.pictures(), ImageSettings.DEFAULT).stream()
                    .map(ImageReport::features)
                    .toList();
            Prompt first = whole.prompt(one.inputIds(), pictures);
            Generation answer = chat.generate(first, greedy, piece -> {});
            long[] question = whole.tokenizer().encode("And here?");
            long[] ids = Stream.of(one.inputIds(), answer.tokens(), question)
                    .flatMapToLong(LongStream::of)
                    .toArray();
            Prompt next = whole.prompt(ids, pictures);
            Generation second = chat.generate(next, greedy, piece -> {});

            assertThat(second.reusedTokens()).isGreaterThan(first.length());
            assertThat(second.tokens())
                    .isEqualTo(fresh.generate(next, greedy, piece -> {}).tokens());
        }
    }

    @Test
    void layersThatAreNotListed_areThoseOfTheInterval() throws IOException {
        Path model = files();
        Tensor listed = logits(model);
        edit(model.resolve("config.json"), "text_config.layer_types", "null");
        assertThat(logits(model)).isEqualTo(listed);
        edit(model.resolve("config.json"), "text_config.full_attention_interval", "3");
        assertThatThrownBy(() -> logits(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("layers.2.self_attn.q_proj.weight");
    }

    private static Tensor logits(Path model) {
        Goldens.Case text = goldens().named("text");
        try (FamilyModel opened = Families.open(FamilyFiles.of(model), Goldens.OPTIONS);
                SequenceBatch batch = opened.language().newBatch()) {
            Prompt prompt = opened.prompts().assemble(text.inputIds(), List.of());
            Sequence sequence = batch.open(prompt, prompt.length());
            return batch.prefill(sequence, prompt.length(), Wanted.LAST);
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | model_type | 'qwen3_5_moe' | \"qwen3_5_moe\" is not a supported",
                "config.json | text_config.model_type | 'qwen3_5_moe_text' | text_config.model_type: expected",
                "config.json | text_config.layer_types | ['full_attention'] | layer_types: expected linear_attention or",
                "config.json | text_config.linear_num_value_heads | 3 | linear_num_value_heads: expected a multiple of",
                "config.json | text_config.linear_num_value_heads | 8 | in_proj_qkv.weight: expected shape",
                "config.json | text_config.linear_key_head_dim | 8 | in_proj_qkv.weight: expected shape",
                "config.json | text_config.linear_conv_kernel_dim | 1 | linear_conv_kernel_dim: expected a number from 2",
                "config.json | text_config.linear_conv_kernel_dim | 3 | conv1d.weight: expected shape",
                "config.json | text_config.hidden_act | 'gelu' | hidden_act: expected silu",
                "config.json | text_config.attn_output_gate | false | attn_output_gate: expected true",
                "config.json | text_config.num_attention_heads | 4 | self_attn.q_proj.weight: expected shape",
                "config.json | text_config.rope_parameters.partial_rotary_factor | 0.3 | rotary_factor: expected an even",
                "config.json | text_config.rope_parameters.mrope_section | [3, 3, 3] | mrope_section: expected three",
                "config.json | text_config.rope_parameters.mrope_section | null | mrope_section: expected three",
                "config.json | vision_config.deepstack_visual_indexes | [1] | deepstack_merger_list.0.norm.weight",
                "config.json | vision_config.depth | 3 | blocks.2.",
                "config.json | vision_config.patch_size | 16 | patch_size: expected patches as the image processor",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected"
            })
    void open_whatIsNotUnderstood_isRefusedByFileAndField(String file, String field, String value, String message)
            throws IOException {
        Path model = files();
        edit(model.resolve(file), field, value);

        assertThatThrownBy(() -> Families.open(FamilyFiles.of(model), Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(model.toString());
    }

    private static void edit(Path file, String field, String value) throws IOException {
        ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
        List<String> path = List.of(field.split("\\."));
        ObjectNode within = root;
        for (String name : path.subList(0, path.size() - 1)) {
            within = (ObjectNode) within.get(name);
        }
        within.set(path.get(path.size() - 1), JSON.readTree(value.replace('\'', '"')));
        JSON.writeValue(file.toFile(), root);
    }
}
