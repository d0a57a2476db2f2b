package dev.embedonce.vlm.decoder.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers from transformers 5.23, {@code ROPE_INIT_FUNCTIONS["longrope"]}. */
class LongRopeTest {
    /** Relative; the reference computes in float32, and so does the table of cosines and sines. */
    private static final double TOLERANCE = 1e-6;

    private static final String FACTORS = "\"short_factor\": [1.0, 1.05, 1.1, 1.25, 1.4, 1.85, 2.0, 3.05],"
            + " \"long_factor\": [1.03, 1.08, 2.86, 9.09, 23.08, 39.95, 57.95, 64.81]";

    @TempDir
    Path folder;

    private Rotary read(String fields, int size) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{" + fields + "}");
        return Rotaries.read(ModelConfig.readFile(file), size, 1e4);
    }

    private static void assertFrequencies(Rotary rotary, int length, double amplitude, double... expected) {
        Rotary.Table table = rotary.table(1, 1, (axis, index) -> 1, row -> length);
        FloatBuffer cos = table.cos().floats();
        FloatBuffer sin = table.sin().floats();
        assertThat(rotary.pairs()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            double found = Math.atan2(sin.get(i), cos.get(i));
            assertThat(found).as("frequency %d", i).isCloseTo(expected[i], within(TOLERANCE * expected[i]));
            assertThat(Math.hypot(sin.get(i), cos.get(i))).isCloseTo(amplitude, within(TOLERANCE));
        }
    }

    @Test
    void phi3sConfig_equalsTheReference_inShortAndLongSequences() throws IOException {
        Rotary rotary = read(
                "\"max_position_embeddings\": 4096, \"original_max_position_embeddings\": 256, \"rope_theta\": 10000.0,"
                        + " \"rope_scaling\": {\"type\": \"su\", " + FACTORS + "}",
                16);

        assertThat(rotary.mostTokens()).isEqualTo(256);
        assertFrequencies(
                rotary,
                256,
                1.224744871391589,
                1.0,
                0.3011693060398102,
                0.09090909361839294,
                0.02529822289943695,
                0.0071428571827709675,
                0.0017093393253162503,
                0.0005000000237487257,
                0.00010368123912485316);
        assertFrequencies(
                rotary,
                257,
                1.224744871391589,
                0.9708738327026367,
                0.29280346632003784,
                0.03496503829956055,
                0.003478853264823556,
                0.000433275563409552,
                7.915589230833575e-05,
                1.7256255887332372e-05,
                4.879305379290599e-06);
    }

    @Test
    void transformers5sConfig_withAnAmplitudeOfItsOwn_equalsTheReference() throws IOException {
        Rotary rotary = read(
                "\"rope_parameters\": {\"rope_type\": \"longrope\", \"rope_theta\": 10000.0, \"attention_factor\": 1.5,"
                        + " \"original_max_position_embeddings\": 256, \"short_factor\": [1, 1, 1, 1, 1, 1],"
                        + " \"long_factor\": [1.0, 1.118320672, 1.250641126, 2.0, 4.0, 8.0]}",
                12);

        assertFrequencies(
                rotary,
                1,
                1.5,
                1.0,
                0.2154434472322464,
                0.04641588404774666,
                0.009999999776482582,
                0.002154434332624078,
                0.00046415894757956266);
        assertFrequencies(
                rotary,
                1000,
                1.5,
                1.0,
                0.19264906644821167,
                0.03711367025971413,
                0.004999999888241291,
                0.0005386085831560194,
                5.801986844744533e-05);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "short_factor | [1.0] | rope_scaling.short_factor: expected 8 numbers above 0",
                "long_factor | [1, 1, 1, 1, 1, 1, 1, 0] | rope_scaling.long_factor: expected 8 numbers above 0",
                "short_mscale | 1.1 | rope_scaling.short_mscale: expected none"
            })
    void whatIsNotUnderstood_isRefusedByName(String field, String value, String message) {
        String scaling = "{\"type\": \"longrope\", " + FACTORS + ", \"" + field + "\": " + value + "}";

        assertThatThrownBy(() -> read(
                        "\"original_max_position_embeddings\": 64, \"max_position_embeddings\": 64, \"rope_scaling\": "
                                + scaling,
                        16))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json: " + message);
    }

    @Test
    void lengthOfShortSequences_isRequired() {
        assertThatThrownBy(() -> read("\"rope_scaling\": {\"type\": \"su\", " + FACTORS + "}", 16))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("original_max_position_embeddings: expected");
    }
}
