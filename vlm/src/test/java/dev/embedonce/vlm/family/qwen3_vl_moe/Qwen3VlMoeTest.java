package dev.embedonce.vlm.family.qwen3_vl_moe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.PackedWeights;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import dev.embedonce.vlm.prompt.Prompt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class Qwen3VlMoeTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("qwen3_vl_moe", List.of("published", "transformers5"));
    }

    private static Path model(Path temp, String layout) {
        return Goldens.of("qwen3_vl_moe", layout).model(temp.resolve(layout));
    }

    /** As the command line opens models: quantised weights in files, 16-bit ones widened as they are used. */
    private static Tensor logits(Path folder, Path packed, NumericMode mode) {
        FamilyOptions options = new FamilyOptions(
                NumericMode.FLOAT32,
                mode,
                new PackedWeights(packed, 1 << 24, TensorDigester.reading(), true),
                Goldens.OPTIONS.session().withMemory(WeightMemory.MAP),
                Goldens.OPTIONS.pixels(),
                Goldens.OPTIONS.digester());
        Goldens.Case text = Goldens.of("qwen3_vl_moe", "published").named("text");
        try (FamilyModel model = Families.open(FamilyFiles.of(folder), options);
                SequenceBatch batch = model.language().newBatch()) {
            Prompt prompt = Prompt.inOrder(text.inputIds(), List.of());
            Sequence sequence = batch.open(prompt, prompt.length());
            return batch.prefill(sequence, prompt.length(), Wanted.ALL);
        }
    }

    @ParameterizedTest
    @EnumSource(NumericMode.class)
    void mappedExperts_ofBothLayouts_sayTheSame(NumericMode mode, @TempDir Path temp) {
        Tensor published = logits(model(temp, "published"), temp.resolve("packed"), mode);
        Tensor turned = logits(model(temp, "transformers5"), temp.resolve("packed"), mode);
        if (mode == NumericMode.FLOAT32) {
            Tensor golden =
                    Goldens.of("qwen3_vl_moe", "published").named("text").tensor("logits");
            assertThat(Goldens.difference(published, golden)).isLessThan(TOLERANCE);
            assertThat(Goldens.difference(turned, golden)).isLessThan(TOLERANCE);
        } else {
            assertThat(turned).isEqualTo(published);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"norm_topk_prob\": true|\"norm_topk_prob\": false|norm_topk_prob: expected true",
                "\"num_experts\": 5,||num_experts: expected a whole number from 1 on",
                "\"num_hidden_layers\": 3,||num_hidden_layers: expected a whole number from 1 on",
                "\"num_experts_per_tok\": 2|\"num_experts_per_tok\": 6|num_experts_per_tok: expected at most",
                "\"num_experts\": 5|\"num_experts\": 6|mlp.gate.weight: expected shape [6, 48]",
                "\"moe_intermediate_size\": 16|\"moe_intermediate_size\": 8|gate_up_proj: expected shape [5, 48, 16]",
            })
    void configThatDoesNotFit_isAnErrorThatNamesIt(String says, String saysNow, String error, @TempDir Path temp)
            throws IOException {
        Path folder = model(temp, "published");
        Path config = folder.resolve("config.json");
        String json = Files.readString(config);
        assertThat(json).contains(says);
        Files.writeString(config, json.replace(says, saysNow == null ? "" : saysNow));
        assertRefused(folder, error);
    }

    /** The header is changed in place, so that no tensor moves. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "layers.0.mlp.experts.down_proj|layers.0.mlp.experts.down_prog|layers.0.mlp.experts.down_proj is missing",
                "[5,16,48]|[5,48,16]|down_proj: expected shape [5, 16, 48] by config.json, found [5, 48, 16]",
            })
    void expertsThatDoNotFit_areAnErrorThatNamesThem(String says, String saysNow, String error, @TempDir Path temp)
            throws IOException {
        Path folder = model(temp, "published");
        Path weights = folder.resolve("model.safetensors");
        String all = Files.readString(weights, StandardCharsets.ISO_8859_1);
        assertThat(all).contains(says);
        Files.writeString(weights, all.replace(says, saysNow), StandardCharsets.ISO_8859_1);
        assertRefused(folder, error);
    }

    private static void assertRefused(Path folder, String error) {
        FamilyFiles files = FamilyFiles.of(folder);
        assertThatThrownBy(() -> Families.open(files, Goldens.OPTIONS))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining(error);
    }
}
