package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.codec.Safetensors;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.TensorType;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.onnx.Dim;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PerceiverResampler;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerceiverResamplerTest {
    private static final int CHANNELS = 4;
    private static final String CONFIG = "{'hidden_size': 4, 'rms_norm_eps': 1e-3, 'resampler_n_latents': 2,"
            + " 'resampler_depth': 2, 'resampler_n_heads': 4, 'resampler_head_dim': 2, 'num_key_value_heads': 2}";

    @TempDir
    Path folder;

    private FamilyFiles files(String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config.replace('\'', '"'));
        return FamilyFiles.of(folder);
    }

    /** Weight i of the nth tensor is {@code sin(1.3 i + 0.7 n)}, a norm's a fifth of that and 1. */
    private void writeWeights() throws IOException {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        add(weights, "latents", 2, CHANNELS);
        for (int layer = 0; layer < 2; layer++) {
            String at = "layers." + layer + ".";
            add(weights, at + "input_context_norm.weight", CHANNELS);
            add(weights, at + "input_latents_norm.weight", CHANNELS);
            add(weights, at + "mlp.down_proj.weight", CHANNELS, 4 * CHANNELS);
            add(weights, at + "mlp.gate_proj.weight", 4 * CHANNELS, CHANNELS);
            add(weights, at + "mlp.up_proj.weight", 4 * CHANNELS, CHANNELS);
            add(weights, at + "post_attention_layernorm.weight", CHANNELS);
            add(weights, at + "self_attn.k_proj.weight", 4, CHANNELS);
            add(weights, at + "self_attn.o_proj.weight", CHANNELS, 8);
            add(weights, at + "self_attn.q_proj.weight", 8, CHANNELS);
            add(weights, at + "self_attn.v_proj.weight", 4, CHANNELS);
        }
        add(weights, "norm.weight", CHANNELS);
        try (WritableByteChannel out = Files.newByteChannel(
                folder.resolve("model.safetensors"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (ByteBuffer part : Safetensors.file(weights, Map.of())) {
                out.write(part);
            }
        }
    }

    private static void add(Map<String, Tensor> weights, String name, long... shape) {
        double phase = 0.7 * weights.size();
        IntToDoubleFunction sine = i -> Math.sin(1.3 * i + phase);
        weights.put(
                "resampler." + name,
                tensor(i -> shape.length == 1 ? 1 + 0.2 * sine.applyAsDouble(i) : sine.applyAsDouble(i), shape));
    }

    private static Tensor tensor(IntToDoubleFunction values, long... shape) {
        float[] all = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < all.length; i++) {
            all[i] = (float) values.applyAsDouble(i);
        }
        return Tensor.ofFloats(all, shape);
    }

    /** Computed by transformers 5.23, Idefics2PerceiverResampler, with the same weights. */
    @Test
    void apply_isTheReferences() throws IOException {
        writeWeights();
        try (VisionTower tower = tower(files(CONFIG))) {
            List<VisionFeatures> features = tower.encode(List.of(context(0), context(12)));

            assertThat(features.get(0).features().shape()).containsExactly(2, CHANNELS);
            assertClose(
                    features.get(0),
                    1.127563f,
                    0.655965f,
                    -0.929583f,
                    1.056461f,
                    -0.561875f,
                    1.425353f,
                    -0.963661f,
                    -0.16648f);
            assertClose(
                    features.get(1),
                    1.399454f,
                    0.109364f,
                    -0.66826f,
                    1.295012f,
                    -0.411264f,
                    1.391214f,
                    -1.029247f,
                    0.194219f);
        }
    }

    private static void assertClose(VisionFeatures features, float... expected) {
        assertThat(Goldens.difference(features.features(), Tensor.ofFloats(expected, 2, CHANNELS)))
                .isLessThan(2e-6);
    }

    /** Three tokens. */
    private static ProcessedImage context(int first) {
        Tensor tokens = tensor(i -> Math.cos(0.9 * (first + i)), 3, CHANNELS);
        return new ProcessedImage(Map.of("context", tokens), Map.of(), 0, 0);
    }

    private static VisionTower tower(FamilyFiles files) {
        ModelConfig config = files.config().recordedBy(new ConfigRecord());
        PerceiverResampler resampler = PerceiverResampler.read(config, CHANNELS, 1e-5);
        TowerBuilder builder = new TowerBuilder(
                "resampler", 1, config, files, Goldens.OPTIONS, List.of(NameLayout.canonical()), "resampler.latents");
        Value context = builder.ops()
                .graph()
                .input("context", TensorType.F32, Dim.free("batch"), Dim.free("tokens"), Dim.of(CHANNELS));
        builder.output(VisionFeatures.FEATURES, resampler.apply(builder, "resampler", context), CHANNELS);
        return builder.open(ProcessedImage::inputs);
    }

    @Test
    void read_withoutEpsilon_orOfAnotherWidth_hasTheLanguageModels() throws IOException {
        writeWeights();
        assertThat(epsilon(CONFIG)).isEqualTo(1e-3);
        assertThat(epsilon("{}")).isEqualTo(1e-5);
        assertThat(epsilon(CONFIG.replace("'hidden_size': 4", "'hidden_size': 8")))
                .isEqualTo(1e-5);
    }

    private double epsilon(String config) throws IOException {
        return PerceiverResampler.read(files(config).config(), CHANNELS, 1e-5).epsilon();
    }

    @Test
    void read_keyHeadsThatDoNotDivide_areRefused() throws IOException {
        writeWeights();
        ModelConfig config =
                files("{'resampler_n_heads': 4, 'num_key_value_heads': 3}").config();
        assertThatThrownBy(() -> PerceiverResampler.read(config, CHANNELS, 1e-5))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("num_key_value_heads: expected a divisor of resampler_n_heads 4");
    }
}
