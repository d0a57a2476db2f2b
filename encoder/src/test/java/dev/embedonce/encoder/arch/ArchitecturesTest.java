package dev.embedonce.encoder.arch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.blocks.QuantizationError;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.graph.runtime.WeightMemory;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.value.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitecturesTest {
    @TempDir
    Path folder;

    /** The tiny models have layers of 32 channels, where single weights count more than in published ones. */
    @ParameterizedTest
    @CsvSource({
        "vit,INT8,0.9999", "dinov2-swiglu,INT8,0.9999", "siglip,INT8,0.9999", "convnext,INT8,0.999",
        "clip-shards-bf16,INT8,0.999", "vit,INT4,0.97", "dinov2-swiglu,INT4,0.97", "siglip,INT4,0.97"
    })
    void quantised_staysCloseToTheReference_andReportsItsError(String name, NumericMode mode, double cosine) {
        GoldenCase golden = GoldenCase.named(name);
        int[] size = golden.sizes().get(0);
        BuiltModel exact = golden.build(Modality.IMAGE, BuildOptions.DEFAULT);
        BuiltModel model = golden.build(Modality.IMAGE, BuildOptions.DEFAULT.withMode(mode));
        float[] expected = golden.expected(model.pooling(), size[0] + "x" + size[1]);
        try (OnnxSession session = GoldenCase.open(model)) {
            float[] vectors = GoldenCase.run(session, model, GoldenInputs.pixels(size[0], size[1]));
            assertThat(cosine(vectors, expected)).isBetween(cosine, 1 - 1e-9);
        }
        assertThat(exact.quantizationErrors()).isEmpty();
        assertThat(model.quantizationErrors()).isNotEmpty().allSatisfy(error -> {
            assertThat(error.mode()).isEqualTo(mode);
            assertThat(error.relativeRms()).isBetween(1e-4, mode == NumericMode.INT8 ? 0.01 : 0.15);
        });
        assertThat(model.quantizationErrors().stream().map(QuantizationError::tensor))
                .doesNotHaveDuplicates();
    }

    @Test
    void mappedWeights_giveTheSameVectors() {
        GoldenCase golden = GoldenCase.named("dinov2");
        BuiltModel model = golden.build(Modality.IMAGE, BuildOptions.DEFAULT);
        try (OnnxSession session =
                OnnxSession.open("mapped", model.graph(), SessionOptions.DEFAULT.withMemory(WeightMemory.MAP))) {
            ArchitecturesGoldenTest.assertClose(
                    GoldenCase.run(session, model, GoldenInputs.pixels(40, 40)),
                    golden.expected(model.pooling(), "40x40"),
                    "mapped");
        }
    }

    @Test
    void hubCache_modelBehindSymbolicLinks_runs() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("snapshots/0f"));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(GoldenCase.named("vit").directory().resolve(file), blobs.resolve("blob-" + file));
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/blob-" + file));
        }
        BuiltModel model = Architectures.build(ModelFiles.open(snapshot), Modality.IMAGE, BuildOptions.DEFAULT);
        try (OnnxSession session = GoldenCase.open(model)) {
            ArchitecturesGoldenTest.assertClose(
                    GoldenCase.run(session, model, GoldenInputs.pixels(40, 40)),
                    GoldenCase.named("vit").expected(Pooling.CLS, "40x40"),
                    "hub");
        }
        assertThat(model.fingerprint())
                .isEqualTo(GoldenCase.named("vit")
                        .build(Modality.IMAGE, BuildOptions.DEFAULT)
                        .fingerprint());
    }

    @Test
    void defaults_arePerArchitecture() {
        assertThat(pooling("vit", Modality.IMAGE)).isEqualTo(Pooling.CLS);
        assertThat(pooling("dinov3", Modality.IMAGE)).isEqualTo(Pooling.CLS);
        assertThat(pooling("clip", Modality.IMAGE)).isEqualTo(Pooling.PROJECTION);
        assertThat(pooling("clip", Modality.TEXT)).isEqualTo(Pooling.PROJECTION);
        assertThat(pooling("clip-vision-new-names", Modality.IMAGE)).isEqualTo(Pooling.POOLER);
        assertThat(pooling("siglip", Modality.IMAGE)).isEqualTo(Pooling.POOLER);
        assertThat(pooling("siglip-headless", Modality.IMAGE)).isEqualTo(Pooling.MEAN);
        assertThat(pooling("convnext", Modality.IMAGE)).isEqualTo(Pooling.POOLER);
    }

    private static Pooling pooling(String name, Modality modality) {
        return GoldenCase.named(name).build(modality, BuildOptions.DEFAULT).pooling();
    }

    @Test
    void builtModel_saysWhatToFeedItAndWhatComesOut() {
        BuiltModel image = GoldenCase.named("clip").build(Modality.IMAGE, BuildOptions.DEFAULT);
        BuiltModel text =
                GoldenCase.named("clip").build(Modality.TEXT, BuildOptions.DEFAULT.withPooling(Pooling.POOLER));

        assertThat(image.input()).isEqualTo("pixel_values");
        assertThat(image.dimension()).isEqualTo(24);
        assertThat(image.extent()).isEqualTo(40);
        assertThat(text.input()).isEqualTo("input_ids");
        assertThat(text.dimension()).isEqualTo(32);
        assertThat(text.extent()).isEqualTo(12);
    }

    @Test
    void clip_shorterText_needsNoPadding() {
        GoldenCase golden = GoldenCase.named("clip");
        BuiltModel model = golden.build(Modality.TEXT, BuildOptions.DEFAULT);
        Tensor ids = GoldenInputs.row(golden.tokenIds(), 1);
        // the second text ends at position 12 - 2 - 3
        long[] upToTheEnd = new long[8];
        ids.longs().get(upToTheEnd);
        try (OnnxSession session = GoldenCase.open(model)) {
            float[] cut = GoldenCase.run(session, model, Tensor.ofLongs(upToTheEnd, 1, 8));
            ArchitecturesGoldenTest.assertClose(
                    cut, Arrays.copyOfRange(golden.expected(Pooling.PROJECTION, "text"), 24, 48), "cut");
        }
    }

    /** Published SigLIP configs say nothing that is as in the base model. */
    @Test
    void nestedConfig_emptyObject_isTheBaseModel() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\":\"siglip\",\"text_config\":{},\"vision_config\":{},\"projection_dim\":512}");
        ConfigRecord read = new ConfigRecord();
        ModelConfig config = ModelConfig.read(folder).recordedBy(read);

        SiglipVision siglip = SiglipVision.read(config.object("vision_config"));
        Clip.Text clip = Clip.Text.read(config.object("text_config"));
        Siglip.Text text = Siglip.Text.read(config.object("text_config"));

        assertThat(siglip.channels()).isEqualTo(768);
        assertThat(siglip.imageSize()).isEqualTo(224);
        assertThat(siglip.patchSize()).isEqualTo(16);
        assertThat(siglip.side()).isEqualTo(14);
        assertThat(text.projection()).isEqualTo(768);
        assertThat(text.maxTokens()).isEqualTo(64);
        assertThat(clip.sizes().heads()).isEqualTo(8);
        assertThat(clip.eosTokenId()).isEqualTo(49407);
        assertThat(read.values()).containsEntry("vision_config.image_size", "224");
    }

    @Test
    void clip_configDict_replacesTheConfig() throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"text_config\":{\"hidden_size\":1},\"text_config_dict\":{\"hidden_size\":768},\"vision_config\":{},"
                        + "\"vision_config_dict\":null}");
        ConfigRecord read = new ConfigRecord();
        ModelConfig config = ModelConfig.read(folder).recordedBy(read);

        assertThat(config.object("text_config", "text_config_dict").positive("hidden_size"))
                .isEqualTo(768);
        assertThat(config.object("vision_config", "vision_config_dict").positive("hidden_size", 5))
                .isEqualTo(5);
        assertThat(read.values()).isEqualTo(Map.of("text_config.hidden_size", "768", "vision_config.hidden_size", "5"));
    }

    private static double cosine(float[] a, float[] b) {
        Objects.checkFromToIndex(0, a.length, b.length);
        double product = 0;
        double sizeA = 0;
        double sizeB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            sizeA += (double) a[i] * a[i];
            sizeB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(sizeA * sizeB);
    }
}
