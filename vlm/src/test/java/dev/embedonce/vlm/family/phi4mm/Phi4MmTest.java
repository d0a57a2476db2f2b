package dev.embedonce.vlm.family.phi4mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.ChangedField;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.Phi4Contract;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class Phi4MmTest extends Phi4Contract {
    @TempDir
    Path folder;

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("phi4mm", List.of("published"));
    }

    @Override
    protected String pixels() {
        return "input_image_embeds";
    }

    private static Goldens goldens() {
        return Goldens.of("phi4mm", "published");
    }

    private Path files() {
        return goldens().model(folder.resolve("model"));
    }

    private static FamilyModel open(Path model) {
        return Families.open(FamilyFiles.of(model), Goldens.OPTIONS);
    }

    @Test
    void pictures_turnTheLoraOn_forTheWholeConversation() {
        Goldens.Case one = goldens().named("one");
        Goldens.Case text = goldens().named("text");
        try (FamilyModel model = open(files());
                SequenceBatch batch = model.language().newBatch()) {
            List<VisionFeatures> features = model.tower().encode(process(model, one));
            Prompt withPicture = model.prompts().assemble(one.inputIds(), features);
            Prompt without = model.prompts().assemble(text.inputIds(), List.of());
            Prompt adapted = Prompt.builder(text.inputIds()).mode("vision").build();

            assertThat(withPicture.mode()).isEqualTo("vision");
            assertThat(without.mode()).isEmpty();
            assertThat(last(batch, adapted)).isNotEqualTo(last(batch, without));
        }
    }

    private static Tensor last(SequenceBatch batch, Prompt prompt) {
        Sequence sequence = batch.open(prompt, prompt.length());
        return batch.prefill(sequence, prompt.length(), Wanted.LAST);
    }

    /** No token then goes through the LoRA's quantised weights. */
    @ParameterizedTest
    @EnumSource(
            value = NumericMode.class,
            names = {"INT8", "INT4"})
    void textAlone_inQuantisedWeights_isNearlyTheSame(NumericMode mode) {
        Goldens.Case text = goldens().named("text");
        FamilyOptions options = new FamilyOptions(
                NumericMode.FLOAT32,
                mode,
                Goldens.OPTIONS.linearWeights(),
                Goldens.OPTIONS.session(),
                Goldens.OPTIONS.pixels(),
                Goldens.OPTIONS.digester());
        try (FamilyModel model = Families.open(FamilyFiles.of(files()), options);
                SequenceBatch batch = model.language().newBatch()) {
            Tensor logits = last(batch, model.prompts().assemble(text.inputIds(), List.of()));

            double largest = Goldens.difference(logits, Tensor.ofFloats(new float[288], 1, 288));
            double off = Goldens.difference(logits, text.tensor("last_logits"));
            assertThat(off / largest).isBetween(1e-4, mode == NumericMode.INT8 ? 0.1 : 0.7);
        }
    }

    @Test
    void everyFormOfPlaceholder_isTaken() {
        try (FamilyModel model = open(files())) {
            List<ProcessedImage> images = process(model, goldens().named("two"));
            List<VisionFeatures> features = model.tower().encode(images);
            List<PromptPiece> numbered = model.prompts().expand("<|image_1|> and <|image_2|>", features);

            assertThat(model.prompts().expand("<|endoftext10|> and <|endoftext10|>", features))
                    .isEqualTo(numbered);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<|audio_1|>", "<|endoftext11|>"})
    void audio_isRefusedByName(String audio) {
        try (FamilyModel model = open(files())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.prompts().requirePlaces("<|user|>" + audio + "?", 0))
                    .withMessageContaining(audio + ": audio is not supported");
        }
    }

    @Test
    void audioAmongTensors_isRefusedByName_butNotIfItIsEmpty() {
        Map<String, Tensor> tensors = processed(goldens().named("one"));
        try (FamilyModel model = open(files())) {
            tensors.put("input_audio_embeds", Tensor.ofFloats(new float[0], 0));
            assertThat(model.images().split(tensors)).hasSize(1);
            tensors.put("input_audio_embeds", Tensor.ofFloats(new float[4], 1, 2, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.images().split(tensors))
                    .withMessage("input_audio_embeds: audio is not supported");
        }
    }

    @Test
    void split_withoutMasks_isRefused() {
        Map<String, Tensor> tensors = processed(goldens().named("one"));
        tensors.remove("image_attention_mask");
        try (FamilyModel model = open(files())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.images().split(tensors))
                    .withMessageContaining("image_attention_mask");
        }
    }

    /** The published files say nothing of these. */
    @Test
    void settingsWithoutMeanAndDeviation_areTheSame() throws IOException {
        Path model = files();
        String published = version(FamilyFiles.of(model));
        ChangedField.in(model, "preprocessor_config.json", "image_mean", "");

        assertThat(version(ChangedField.in(model, "preprocessor_config.json", "image_std", "null")))
                .isEqualTo(published);
    }

    private static String version(FamilyFiles files) {
        try (FamilyModel model = Families.open(files, Goldens.OPTIONS)) {
            return model.images().preprocVersion(ImageSettings.DEFAULT);
        }
    }

    @Test
    void tilesThatAreHiddenWhole_areRefused() {
        Map<String, Tensor> tensors = processed(goldens().named("one"));
        Tensor mask = Objects.requireNonNull(tensors.get("image_attention_mask"));
        tensors.put(
                "image_attention_mask", Tensor.ofFloats(new float[Math.toIntExact(mask.elementCount())], mask.shape()));
        try (FamilyModel model = open(files())) {
            List<ProcessedImage> images = model.images().split(tensors);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.tower().encode(images))
                    .withMessageContaining("padding fills whole ones of 2 x 2 tiles");
        }
    }

    @Test
    void mostTiles_arePartOfThePreprocVersion() {
        try (FamilyModel model = open(files())) {
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxTiles(4)))
                    .isEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
            assertThat(model.images().preprocVersion(ImageSettings.DEFAULT.withMaxTiles(6)))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    /** Field by field, the file that has it, and what is said about it. */
    @ParameterizedTest(name = "{1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "config.json | vision_config | null | embd_layer.image_embd_layer.crop_size: expected 448",
                "config.json | vision_config.image_size | 30 | crop_size: expected 30",
                "config.json | vision_config.patch_size | 5 | image_size: expected an even number of patches a side",
                "config.json | embd_layer | null | embd_layer: expected an object",
                "config.json | embd_layer.image_embd_layer | {'embedding_cls': 'image'} | embedding_cls: expected tune",
                "config.json | img_processor | {'type_feature': 'cls_patch'} | type_feature: expected patch",
                "config.json | img_processor | {'layer_idx': 5} | img_processor.layer_idx: expected one of the 3",
                "config.json | vision_lora.r | 8 | qkv_proj.lora_A.vision.weight: expected shape",
                "config.json | vision_lora.lora_alpha | null | vision_lora.lora_alpha: expected a number",
                "config.json | vision_lora | null | model.layers.0.self_attn.qkv_proj.weight",
                "config.json | partial_rotary_factor | 0.7 | partial_rotary_factor: expected an even number",
                "config.json | rope_scaling.long_factor | [1.0] | long_factor: expected 6 numbers",
                "config.json | num_key_value_heads | 4 | qkv_proj.lora_B.vision.weight: expected shape",
                "tokenizer_config.json | added_tokens_decoder | {} | expected the token <|endoftext10|>",
                "preprocessor_config.json | dynamic_hd | 0 | dynamic_hd: expected a whole number from 1",
                "preprocessor_config.json | do_rescale | false | do_rescale: expected true",
                "preprocessor_config.json | resample | 3 | resample: expected 2",
                "preprocessor_config.json | image_processor_type | 'Other' | image_processor_type: expected Phi4MM"
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
