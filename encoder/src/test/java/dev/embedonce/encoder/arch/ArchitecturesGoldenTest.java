package dev.embedonce.encoder.arch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every architecture against transformers, on checkpoints as transformers saves them. */
class ArchitecturesGoldenTest {
    /** Both sides compute in float32 and add in different orders; vectors are of size 1 to 3. */
    private static final float TOLERANCE = 1e-4f;

    static Stream<GoldenCase> imageCases() {
        return GoldenCase.all().filter(c -> !c.sizes().isEmpty());
    }

    static Stream<GoldenCase> textCases() {
        return GoldenCase.all().filter(GoldenCase::hasText);
    }

    @ParameterizedTest
    @MethodSource("imageCases")
    void image_everySizeAndPooling_isWhatTransformersGives(GoldenCase golden) {
        for (Pooling pooling : golden.poolings(key(golden.sizes().get(0)))) {
            BuiltModel model = golden.build(Modality.IMAGE, BuildOptions.DEFAULT.withPooling(pooling));
            try (OnnxSession session = GoldenCase.open(model)) {
                for (int[] size : golden.sizes()) {
                    Tensor pixels = GoldenInputs.pixels(size[0], size[1]);
                    check(golden, pooling, key(size), model, session, pixels);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("textCases")
    void text_everyPooling_isWhatTransformersGives(GoldenCase golden) {
        List<Pooling> poolings = golden.poolings("text");
        assertThat(poolings).isNotEmpty();
        for (Pooling pooling : poolings) {
            BuiltModel model = golden.build(Modality.TEXT, BuildOptions.DEFAULT.withPooling(pooling));
            try (OnnxSession session = GoldenCase.open(model)) {
                check(golden, pooling, "text", model, session, golden.tokenIds());
            }
        }
    }

    private static void check(
            GoldenCase golden, Pooling pooling, String key, BuiltModel model, OnnxSession session, Tensor input) {
        float[] expected = golden.expected(pooling, key);
        float[] batch = GoldenCase.run(session, model, input);
        float[] single = GoldenCase.run(session, model, GoldenInputs.row(input, 1));
        assertThat(batch).as("%s %s", pooling, key).hasSize(GoldenInputs.BATCH * model.dimension());
        assertClose(batch, expected, pooling + " " + key);
        assertClose(
                single, Arrays.copyOfRange(expected, model.dimension(), expected.length), pooling + " single " + key);
    }

    static void assertClose(float[] actual, float[] expected, String what) {
        assertThat(actual).as(what).hasSize(expected.length);
        float worst = 0;
        for (int i = 0; i < actual.length; i++) {
            worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
            if (Float.isNaN(actual[i])) {
                worst = Float.NaN;
                break;
            }
        }
        if (Boolean.getBoolean("arch.print")) {
            System.out.printf("%-20s %.2e%n", what, worst);
        }
        assertThat(worst).as(what).isLessThan(TOLERANCE);
    }

    private static String key(int[] size) {
        return size[0] + "x" + size[1];
    }
}
