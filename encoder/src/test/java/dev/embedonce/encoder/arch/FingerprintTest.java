package dev.embedonce.encoder.arch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.graph.safetensors.TensorDigester;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.Fingerprints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class FingerprintTest {
    @TempDir
    Path folder;

    private int copies;

    private ModelCopy copy(String name) throws IOException {
        return ModelCopy.of(name, folder.resolve("copy-" + copies++));
    }

    private static String fingerprint(String name, Modality modality, BuildOptions options) {
        return GoldenCase.named(name).build(modality, options).fingerprint();
    }

    /**
     * A change that alters one on purpose raises a revision first; one that alters it otherwise turns every user's
     * cache cold.
     */
    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/arch/fingerprints.csv", numLinesToSkip = 1)
    void ofUnchangedModels_stay(String name, Modality modality, String fingerprint) {
        assertThat(fingerprint(name, modality, BuildOptions.DEFAULT)).isEqualTo(fingerprint);
    }

    @Test
    void isArchitectureAndDigest() {
        assertThat(fingerprint("vit", Modality.IMAGE, BuildOptions.DEFAULT)).matches("vit\\.image-[0-9a-f]{64}");
        assertThat(fingerprint("clip", Modality.TEXT, BuildOptions.DEFAULT)).matches("clip\\.text-[0-9a-f]{64}");
    }

    @ParameterizedTest
    @CsvSource({"vit,vit-new-names", "deit,deit-new-names", "dinov2-registers,dinov2-registers-new-names"})
    void sameModelUnderOtherTensorNames_isTheSame(String published, String renamed) {
        assertThat(fingerprint(renamed, Modality.IMAGE, BuildOptions.DEFAULT))
                .isEqualTo(fingerprint(published, Modality.IMAGE, BuildOptions.DEFAULT));
    }

    @Test
    void anotherFolder_orWhatIsNotUsed_changesNothing() throws IOException {
        String original = fingerprint("dinov2", Modality.IMAGE, BuildOptions.DEFAULT);

        assertThat(copy("dinov2").fingerprint()).isEqualTo(original);
        assertThat(copy("dinov2").flip("embeddings.mask_token").fingerprint()).isEqualTo(original);
        assertThat(copy("dinov2")
                        .config("\"transformers_version\": \"[^\"]+\"", "\"transformers_version\": \"9\"")
                        .fingerprint())
                .isEqualTo(original);
        // a field with its default value left out is the same model
        assertThat(copy("dinov2").config("\"qkv_bias\": true,", "").fingerprint())
                .isEqualTo(original);
    }

    @Test
    void everyChoice_everyUsedFieldAndEveryTensor_changesIt() throws IOException {
        Set<String> seen = new HashSet<>();
        BuildOptions plain = BuildOptions.DEFAULT;
        seen.add(fingerprint("dinov2", Modality.IMAGE, plain));
        seen.add(fingerprint("dinov2", Modality.IMAGE, plain.withPooling(Pooling.MEAN)));
        seen.add(fingerprint("dinov2", Modality.IMAGE, plain.withNormalize(true)));
        seen.add(fingerprint("dinov2", Modality.IMAGE, plain.withMode(NumericMode.INT8)));
        seen.add(fingerprint("dinov2", Modality.IMAGE, plain.withMode(NumericMode.INT4)));
        seen.add(copy("dinov2").flip("encoder.layer.1.mlp.fc2.weight").fingerprint());
        seen.add(copy("dinov2").flip("embeddings.position_embeddings").fingerprint());
        seen.add(copy("dinov2")
                .config("\"num_attention_heads\": 4", "\"num_attention_heads\": 2")
                .fingerprint());
        seen.add(copy("dinov2")
                .config("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"gelu_new\"")
                .fingerprint());
        seen.add(copy("dinov2").config("1e-06", "2e-06").fingerprint());
        seen.add(fingerprint("dinov2-f16", Modality.IMAGE, plain));

        assertThat(seen).hasSize(11);
    }

    @Test
    void aBlock_orARaisedRevisionOfOne_changesIt() {
        Set<String> seen = new HashSet<>();
        seen.add(withBlocks(Map.of("norm", 1)));
        seen.add(withBlocks(Map.of("norm", 2)));
        seen.add(withBlocks(Map.of("norm", 1, "mlp", 1)));

        assertThat(seen).hasSize(3);
        assertThat(GoldenCase.named("vit")
                        .build(Modality.IMAGE, BuildOptions.DEFAULT)
                        .graph()
                        .revisions())
                .containsKeys("graph", "linear", "mlp", "norm", "patch-grid", "self-attention", "vit.image");
    }

    private static String withBlocks(Map<String, Integer> revisions) {
        Path model = GoldenCase.named("vit").directory();
        Parameters none = Parameters.resolve(Checkpoint.open(model), List.of(NameLayout.canonical()));
        return Fingerprints.put(
                        FramedDigest.tagged("test"),
                        new TreeMap<>(revisions),
                        new ConfigRecord(),
                        none,
                        TensorDigester.reading())
                .hexDigest();
    }

    @Test
    void namedDefaultPooling_isTheSameAsNone() {
        assertThat(fingerprint("clip", Modality.IMAGE, BuildOptions.DEFAULT.withPooling(Pooling.PROJECTION)))
                .isEqualTo(fingerprint("clip", Modality.IMAGE, BuildOptions.DEFAULT));
    }

    @Test
    void digester_isAskedForEveryTensorThatIsUsed() {
        Set<String> asked = new HashSet<>();
        BuildOptions options = BuildOptions.DEFAULT.withDigester(tensor -> {
            asked.add(tensor.name());
            return "0";
        });
        GoldenCase.named("dinov2").build(Modality.IMAGE, options);

        Set<String> all = new HashSet<>(
                Checkpoint.open(GoldenCase.named("dinov2").directory()).names());
        all.remove("embeddings.mask_token");
        assertThat(asked).isEqualTo(all);
    }

    @Test
    void normalize_givesVectorsOfLengthOne() {
        BuiltModel model = GoldenCase.named("clip").build(Modality.IMAGE, BuildOptions.DEFAULT.withNormalize(true));
        try (OnnxSession session = GoldenCase.open(model)) {
            float[] vectors = GoldenCase.run(session, model, GoldenInputs.pixels(40, 40));
            float[] expected = GoldenCase.named("clip").expected(Pooling.PROJECTION, "40x40");
            for (int row = 0; row < GoldenInputs.BATCH; row++) {
                double length = 0;
                for (int i = 0; i < 24; i++) {
                    length += Math.pow(expected[row * 24 + i], 2);
                }
                for (int i = row * 24; i < row * 24 + 24; i++) {
                    assertThat((double) vectors[i]).isCloseTo(expected[i] / Math.sqrt(length), Offset.offset(1e-5));
                }
            }
        }
    }
}
