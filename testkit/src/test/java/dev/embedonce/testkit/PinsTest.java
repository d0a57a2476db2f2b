package dev.embedonce.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinsTest {
    private static final SortedMap<String, Integer> ONE = new TreeMap<>(Map.of("norm", 1, "mlp", 3));
    private static final SortedMap<String, Integer> TWO = new TreeMap<>(Map.of("norm", 2, "mlp", 3));

    @TempDir
    Path folder;

    private Path file;
    private Pins pins;
    private Pins renewing;

    @BeforeEach
    void pin() {
        file = folder.resolve("pins.csv");
        pins = Pins.of(file, "graph", "mvn test").renewing(false);
        renewing = pins.renewing(true);
        renewing.check("tower", "aa", ONE);
    }

    @Test
    void unchanged_passes() throws IOException {
        pins.check("tower", "aa", ONE);

        assertThat(Files.readString(file)).isEqualTo("name,digest,revisions\ntower,aa,mlp=3 norm=1\n");
    }

    @Test
    void changedWithoutARevision_fails_andIsNotRenewed() {
        for (Pins either : new Pins[] {pins, renewing}) {
            assertThatThrownBy(() -> either.check("tower", "bb", ONE))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("tower: its graph has changed, and no revision has")
                    .hasMessageContaining("Raise the REVISION of the part you changed, one of [mlp=3 norm=1]")
                    .hasMessageContaining("mvn test -Dembedonce.renewPins=true");
        }
        pins.check("tower", "aa", ONE);
    }

    @Test
    void raisedRevision_fails_untilTheLineIsRenewed() {
        assertThatThrownBy(() -> pins.check("tower", "bb", TWO))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[mlp=3 norm=1] became [mlp=3 norm=2]");
        renewing.check("tower", "bb", TWO);

        pins.check("tower", "bb", TWO);
    }

    @Test
    void missingLine_fails_untilItIsWritten() {
        assertThatThrownBy(() -> pins.check("other", "cc", ONE))
                .hasMessageContaining("other: its graph is not pinned yet");
        renewing.check("other", "cc", ONE);

        pins.check("other", "cc", ONE);
        pins.check("tower", "aa", ONE);
    }
}
