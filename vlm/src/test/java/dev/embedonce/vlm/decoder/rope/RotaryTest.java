package dev.embedonce.vlm.decoder.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class RotaryTest {
    /** Sines of transformers 5.23's Ernie4_5_VLMoeTextRotaryEmbedding: theta 1000, sections 3, 3 and 2. */
    private static final float[] SINES = {
        0.84147096f, 0.74690354f, 0.17689219f, 0.1494172f, 0.031617507f, 0.026667269f, 0.028113361f, 0.011856591f
    };

    @Test
    void alternating_rowsAndColumnsTakeTurnsBeforeTime() {
        float[] at = {5, 1, 2};

        Rotary.Table table =
                Rotary.of(Rotary.frequencies(1000, 16), 1).alternating(3).table(1, 1, (axis, i) -> at[axis], row -> 1);

        float[] sines = new float[SINES.length];
        FloatBuffer found = table.sin().floats();
        found.get(sines);
        assertThat(sines).containsExactly(SINES, within(1e-7f));
    }
}
