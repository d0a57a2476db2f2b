package dev.embedonce.encoder.arch;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.testkit.Pins;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The graphs of the tiny models stay as they are, unless a block raises its revision. */
class PinnedGraphsTest {
    private static final Pins PINS = Pins.of(
            Path.of("src/test/resources/arch/graphs.csv"),
            "graph",
            "mvn test -pl encoder -am -Dtest=PinnedGraphsTest -Dsurefire.failIfNoSpecifiedTests=false");

    record Pinned(GoldenCase model, Modality modality, String variant, BuildOptions options) {
        @Override
        public String toString() {
            return model.name() + "/" + modality.id() + "/" + variant;
        }
    }

    static Stream<Pinned> graphs() {
        return GoldenCase.all()
                .flatMap(model -> Architectures.of(ModelConfig.read(model.directory())).modalities().stream()
                        .sorted()
                        .flatMap(modality -> variants(model, modality)));
    }

    private static Stream<Pinned> variants(GoldenCase model, Modality modality) {
        BuildOptions plain = BuildOptions.DEFAULT;
        Stream<Pinned> modes = Stream.of(NumericMode.values())
                .map(mode -> new Pinned(model, modality, mode.name().toLowerCase(Locale.ROOT), plain.withMode(mode)));
        Pinned unit = new Pinned(model, modality, "normalised", plain.withNormalize(true));
        List<String> inputs = modality == Modality.TEXT
                ? List.of("text")
                : model.sizes().stream().map(size -> size[0] + "x" + size[1]).toList();
        Stream<Pinned> poolings = inputs.stream()
                .flatMap(input -> model.poolings(input).stream())
                .distinct()
                .map(pooling -> new Pinned(model, modality, pooling.id(), plain.withPooling(pooling)));
        return Stream.concat(Stream.concat(modes, Stream.of(unit)), poolings);
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void graph_changesWithARevisionOnly(Pinned pinned) {
        OnnxGraph graph = pinned.model.build(pinned.modality, pinned.options).graph();
        String digest = FramedDigest.tagged("embedonce.test.graph.v1")
                .put("graph", graph.modelProto())
                .hexDigest();

        PINS.check(pinned.toString(), digest, graph.revisions());
    }
}
