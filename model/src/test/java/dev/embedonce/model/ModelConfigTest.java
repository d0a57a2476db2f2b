package dev.embedonce.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
    @TempDir
    Path folder;

    private ModelConfig config(String json) throws IOException {
        return ModelConfig.readFile(Files.writeString(folder.resolve("config.json"), json));
    }

    @Test
    void recordedBy_remembersWhatIsReadHereAndBelow_andNoOtherReading() throws IOException {
        ModelConfig config = config("{\"a\": 1, \"b\": {\"c\": 2}}");
        ConfigRecord first = new ConfigRecord();
        ConfigRecord second = new ConfigRecord();
        config.positive("a");
        config.recordedBy(first).object("b").positive("c");
        config.recordedBy(second).positive("d", 4);

        assertThat(first.values()).isEqualTo(Map.of("b.c", "2"));
        assertThat(second.values()).isEqualTo(Map.of("d", "4"));
    }

    @Test
    void unrecorded_whatNeedsARecord_isRefused() throws IOException {
        ModelConfig config = config("{\"a\": 1}");
        config.positive("a");
        assertThatThrownBy(config::record)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("config.json");
        assertThatThrownBy(() -> config.refuseOthers(Set.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void numberOrNone_tellsNullFromAFieldThatIsMissing() throws IOException {
        ModelConfig config = config("{\"a\": 2.5, \"b\": null, \"c\": 0}");
        assertThat(config.numberOrNone("a", 50)).isEqualTo(2.5);
        assertThat(config.numberOrNone("b", 50)).isZero();
        assertThat(config.numberOrNone("missing", 50)).isEqualTo(50);
        assertThatThrownBy(() -> config.numberOrNone("c", 50)).hasMessageContaining("c: expected a number above 0");
    }

    @Test
    void refuseOthers_whatIsNeitherReadNorHarmlessNorNull_isNamed() throws IOException {
        ModelConfig config = config("{\"a\": 1, \"b\": {\"c\": 2}, \"d\": null, \"e\": 3, \"b2\": 4}")
                .recordedBy(new ConfigRecord());
        config.positive("a");
        config.object("b").positive("c");
        assertThatThrownBy(() -> config.refuseOthers(Set.of("e")))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json: unknown setting \"b2\"");
        config.refuseOthers(Set.of("e", "b2"));
    }
}
