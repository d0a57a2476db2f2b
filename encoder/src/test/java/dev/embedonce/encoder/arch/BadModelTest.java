package dev.embedonce.encoder.arch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of bad model is one error that names file and field. */
class BadModelTest {
    @TempDir
    Path folder;

    private ModelCopy copy(String name) throws IOException {
        return ModelCopy.of(name, folder.resolve("copy"));
    }

    private static void assertRefused(ModelCopy model, Modality modality, String... parts) {
        assertThatThrownBy(() -> model.build(modality, BuildOptions.DEFAULT))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContainingAll(parts);
    }

    @Test
    void unsupportedArchitecture_listsTheSupportedOnes() throws IOException {
        ModelCopy model = copy("vit").config("\"model_type\": \"vit\"", "\"model_type\": \"swin\"");

        assertRefused(
                model,
                Modality.IMAGE,
                "config.json: model_type: expected one of clip, clip_text_model, clip_vision_model, convnext, deit, dinov2, "
                        + "dinov2_with_registers, dinov3_vit, siglip, siglip2, siglip_text_model, siglip_vision_model, vit, "
                        + "found \"swin\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model_type",
                "hidden_size",
                "num_hidden_layers",
                "num_attention_heads",
                "intermediate_size",
                "hidden_act",
                "layer_norm_eps",
                "image_size",
                "patch_size"
            })
    void missingField_isNamed(String field) throws IOException {
        ModelCopy model = copy("vit").config("\"" + field + "\": [^,]+,", "");

        assertRefused(model, Modality.IMAGE, "config.json: " + field + ": expected ", "found none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hidden_act | \"gelu_10\" | expected gelu, gelu_pytorch_tanh",
                "hidden_size | -32 | expected a whole number from 1 on, found -32",
                "hidden_size | 32.5 | expected a whole number from 1 on, found 32.5",
                "hidden_size | \"32\" | expected a whole number from 1 on, found \"32\"",
                "num_attention_heads | 5 | expected a divisor of hidden_size 32, found 5",
                "image_size | [40, 48] | expected one number above 0, or two equal ones, found [40,48]",
                "layer_norm_eps | 0 | expected a number above 0, found 0",
                "qkv_bias | 1 | expected true or false, found 1",
                "num_channels | 1 | expected 3 (nothing else is supported), found 1",
                "pooler_act | \"softplus\" | expected gelu",
            })
    void impossibleField_isNamed(String field, String value, String message) throws IOException {
        ModelCopy model = copy("vit").config("\"" + field + "\": [^,]+,", "\"" + field + "\": " + value + ",");

        assertRefused(model, Modality.IMAGE, "config.json: " + field + ": " + message);
    }

    @Test
    void nestedField_isNamedWithItsPath() throws IOException {
        assertRefused(
                copy("siglip").config("\"patch_size\": 8", "\"patch_size\": \"8\""),
                Modality.IMAGE,
                "config.json: vision_config.patch_size: expected");
    }

    @Test
    void missingNestedConfig_isNamed() throws IOException {
        assertRefused(
                copy("clip").config("\"text_config\"", "\"texts\""),
                Modality.TEXT,
                "config.json: text_config: expected an object, found none");
    }

    @Test
    void configDisagreesWithTheWeights_namesTensorExpectedAndFound() throws IOException {
        assertRefused(
                copy("vit").config("\"intermediate_size\": 64", "\"intermediate_size\": 96"),
                Modality.IMAGE,
                "model.safetensors: tensor encoder.layer.0.intermediate.dense.weight: expected shape [96, 32] by "
                        + "config.json, found [64, 32]");
    }

    @Test
    void missingTensor_isNamed() throws IOException {
        assertRefused(
                copy("vit").header("encoder.layer.1.output.dense.bias", "encoder.layer.1.output.dense.bia_"),
                Modality.IMAGE,
                "tensor encoder.layer.1.output.dense.bias is missing");
    }

    @Test
    void missingFirstTensor_saysWhichNamesWereLookedFor() throws IOException {
        assertRefused(
                copy("vit").header("embeddings.cls_token", "embeddings.cls_tokem"),
                Modality.IMAGE,
                "tensor embeddings.cls_token is missing; looked for embeddings.cls_token, vit.embeddings.cls_token");
    }

    @Test
    void tensorOfAWrongType_isNamed() throws IOException {
        assertRefused(
                copy("vit").header("\"layernorm.bias\":{\"dtype\":\"F32\"", "\"layernorm.bias\":{\"dtype\":\"I32\""),
                Modality.IMAGE,
                "tensor layernorm.bias: expected dtype F32, F16 or BF16, found I32");
    }

    @Test
    void truncatedWeights_areRefused() throws IOException {
        assertRefused(copy("vit").truncate(1), Modality.IMAGE, "model.safetensors", "it is truncated");
    }

    @Test
    void missingShard_isNamed() throws IOException {
        ModelCopy model = copy("clip-shards-bf16");
        Files.delete(model.directory().resolve("model-00002-of-00003.safetensors"));

        assertRefused(
                model, Modality.IMAGE, "model.safetensors.index.json", "the shard model-00002-of-00003.safetensors");
    }

    @Test
    void missingConfig_isNamed() throws IOException {
        ModelCopy model = copy("vit");
        Files.delete(model.directory().resolve("config.json"));

        assertRefused(model, Modality.IMAGE, "config.json: no such file");
    }

    @Test
    void configThatIsNoJson_isRefused() throws IOException {
        ModelCopy model = copy("vit").config("\\}", "");

        assertRefused(model, Modality.IMAGE, "config.json: not JSON");
    }

    @Test
    void impossiblePooling_listsThePossibleOnes() {
        assertThatThrownBy(() -> GoldenCase.named("vit-classifier")
                        .build(Modality.IMAGE, BuildOptions.DEFAULT.withPooling(Pooling.POOLER)))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("vit.image has no pooling pooler; possible here: cls, mean");
    }

    @Test
    void textOfAModelWithoutTexts_isRefused() {
        assertThatThrownBy(() -> GoldenCase.named("dinov2").build(Modality.TEXT, BuildOptions.DEFAULT))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json: model_type: expected a model with text input, found \"dinov2\"");
    }
}
