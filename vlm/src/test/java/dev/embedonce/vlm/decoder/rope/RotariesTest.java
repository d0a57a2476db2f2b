package dev.embedonce.vlm.decoder.rope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotariesTest {
    @TempDir
    Path folder;

    private Rotary read(String scaling) throws IOException {
        Path file = Files.writeString(folder.resolve("config.json"), "{\"rope_scaling\": " + scaling + "}");
        return Rotaries.read(ModelConfig.readFile(file), 8, 1e6);
    }

    private static float[] sines(Rotary rotary) {
        float[] sines = new float[4];
        rotary.table(1, 1, (axis, index) -> 1000, row -> 1).sin().floats().get(sines);
        return sines;
    }

    @Test
    void dynamic_withinTheTrainedContext_changesNothing() throws IOException {
        float[] plain = sines(read("{}"));

        assertThat(sines(read("{\"type\": \"dynamic\", \"factor\": 2.0}"))).isEqualTo(plain);
        assertThat(sines(read("{\"rope_type\": \"dynamic\", \"factor\": 2.0}"))).isEqualTo(plain);
        assertThat(sines(read("{\"type\": \"linear\", \"factor\": 2.0}"))).isNotEqualTo(plain);
    }

    @Test
    void dynamic_withAnAlphaThatAlwaysCounts_isRefused() {
        assertThatThrownBy(() -> read("{\"type\": \"dynamic\", \"alpha\": 1000.0}"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json: rope_scaling.alpha: expected none");
    }
}
