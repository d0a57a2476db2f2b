package dev.embedonce.vlm.decoder.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.embedonce.model.ModelConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers from transformers 5.23, {@code ROPE_INIT_FUNCTIONS["yarn"]}. */
class YarnTest {
    /** Relative; the reference computes in float32, and so does the table of cosines and sines. */
    private static final double TOLERANCE = 1e-6;

    @TempDir
    Path folder;

    private Rotary read(String scaling, double theta, int size) throws IOException {
        Path file = Files.writeString(
                folder.resolve("config.json"), "{\"rope_theta\": " + theta + ", \"rope_scaling\": " + scaling + "}");
        return Rotaries.read(ModelConfig.readFile(file), size, 1.0);
    }

    private static void assertFrequencies(Rotary rotary, double amplitude, double... expected) {
        Rotary.Table table = rotary.table(1, 1, (axis, index) -> 1, row -> 1);
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
    void qwensLongContexts_equalTheReference_inSections() throws IOException {
        Rotary rotary = read(
                "{\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 32768,"
                        + " \"mrope_section\": [4, 6, 6]}",
                1e6,
                32);

        assertFrequencies(
                rotary,
                1.138629436111989,
                1.0,
                0.4216965138912201,
                0.17782793939113617,
                0.07498941570520401,
                0.03162277862429619,
                0.01333521492779255,
                0.00477990135550499,
                0.001659961650148034,
                0.0005499999970197678,
                0.00016867858357727528,
                4.4456985051510856e-05,
                1.8747356079984456e-05,
                7.905693564680405e-06,
                3.3338035336782923e-06,
                1.405853367941745e-06,
                5.928434347879374e-07);
    }

    @Test
    void ownBetasScalesAndNoTruncation_equalTheReference() throws IOException {
        Rotary rotary = read(
                "{\"rope_type\": \"yarn\", \"factor\": 8.0, \"original_max_position_embeddings\": 64, \"beta_fast\": 4.0,"
                        + " \"beta_slow\": 1.0, \"mscale\": 1.0, \"mscale_all_dim\": 0.5, \"truncate\": false}",
                1e4,
                16);

        assertFrequencies(
                rotary,
                1.094179988101349,
                1.0,
                0.27299901843070984,
                0.013662696816027164,
                0.0039528473280370235,
                0.0012499999720603228,
                0.00039528473280370235,
                0.0001250000059371814,
                3.9528473280370235e-05);
    }
}
