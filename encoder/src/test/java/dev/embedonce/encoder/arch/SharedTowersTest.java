package dev.embedonce.encoder.arch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.onnx.Value;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.graph.runtime.SessionOptions;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.ModelFiles;
import dev.embedonce.model.tower.ClipVision;
import dev.embedonce.model.tower.SiglipVision;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** For pictures of the trained size, the towers as language models read them are to the last bit what encoders read. */
class SharedTowersTest {
    private static final String PATH = "vision_model";

    @Test
    void clip_hiddenStateOfTheLastLayer_isTheEncodersLastState() {
        ModelConfig config = config("clip");
        ClipVision clip = ClipVision.read(config);

        assertSame(
                "clip",
                config,
                clip.channels(),
                clip.imageSize(),
                (tower, pixels) -> List.of(
                        clip.hiddenStates(tower, PATH, pixels, List.of(clip.layers()))
                                .get(0),
                        clip.lastState(tower, PATH, pixels)));
    }

    @Test
    void siglip_learnedPositions_areTheResampledOnes() {
        ModelConfig config = config("siglip");
        SiglipVision siglip = SiglipVision.read(config);

        assertSame(
                "siglip",
                config,
                siglip.channels(),
                siglip.imageSize(),
                (tower, pixels) ->
                        List.of(siglip.apply(tower, PATH, pixels), siglip.applyResampled(tower, PATH, pixels)));
    }

    private static ModelConfig config(String name) {
        return ModelConfig.read(GoldenCase.named(name).directory()).object("vision_config");
    }

    private static void assertSame(
            String name, ModelConfig config, int channels, int size, BiFunction<Tower, Value, List<Value>> both) {
        Tower tower = new Tower(
                name,
                1,
                ModelFiles.open(GoldenCase.named(name).directory()),
                config,
                BuildOptions.DEFAULT,
                Clip.layouts(PATH + "."));
        List<Value> states = both.apply(tower, tower.pixelValues());
        tower.output("fixed", states.get(0), channels);
        tower.output("resampled", states.get(1), channels);
        OnnxGraph graph = tower.ops().graph().build();
        try (OnnxSession session = OnnxSession.open(name, graph, SessionOptions.DEFAULT)) {
            Map<String, Tensor> outputs = session.run(Map.of("pixel_values", GoldenInputs.pixels(size, size)));
            Tensor fixed = Objects.requireNonNull(outputs.get("fixed"));
            Tensor resampled = Objects.requireNonNull(outputs.get("resampled"));
            assertThat(fixed.shape()).isEqualTo(resampled.shape());
            assertThat(fixed.data()).isEqualTo(resampled.data());
        }
    }
}
