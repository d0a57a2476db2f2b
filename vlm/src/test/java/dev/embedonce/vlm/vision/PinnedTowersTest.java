package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.graph.blocks.NumericMode;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.testkit.Pins;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * The graphs of the tiny models' vision towers, and their inputs besides pixels, stay as they are, unless a part raises
 * its revision.
 */
class PinnedTowersTest {
    private static final Pins PINS = Pins.of(
            Path.of("src/test/resources/families/towers.csv"),
            "vision tower",
            "mvn test -pl vlm -am -Dtest=PinnedTowersTest -Dsurefire.failIfNoSpecifiedTests=false");

    private static final List<String> PICTURES = List.of("square.png", "wide.png", "tall.png");

    @TempDir
    Path temp;

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/families/versions.csv", numLinesToSkip = 1)
    void tower_changesWithARevisionOnly(String model, String layout) {
        Path folder = Goldens.of(model, layout).model(temp.resolve("model"));
        NumericMode[] modes =
                layout.equals("published") ? NumericMode.values() : new NumericMode[] {NumericMode.FLOAT32};
        for (NumericMode mode : modes) {
            try (FamilyModel opened = open(folder, mode)) {
                GraphTower tower = (GraphTower) opened.tower();
                PINS.check(
                        model + "/" + layout + "/" + mode.name().toLowerCase(Locale.ROOT),
                        digest(opened, tower),
                        tower.graph().revisions());
            }
        }
    }

    private static FamilyModel open(Path folder, NumericMode mode) {
        FamilyOptions plain = Goldens.OPTIONS;
        return Families.open(
                FamilyFiles.of(folder),
                new FamilyOptions(
                        mode,
                        plain.languageMode(),
                        plain.linearWeights(),
                        plain.session(),
                        plain.pixels(),
                        plain.digester()));
    }

    private static String digest(FamilyModel model, GraphTower tower) {
        FramedDigest digest = FramedDigest.tagged("embedonce.test.tower.v1")
                .put("graph", tower.graph().modelProto());
        for (String picture : PICTURES) {
            ProcessedImage image = model.images().process(Goldens.picture(picture), ImageSettings.DEFAULT);
            for (Map<String, Tensor> piece : tower.feeds(image)) {
                Map<String, Tensor> feeds = new TreeMap<>(piece);
                feeds.keySet().removeAll(image.inputs().keySet());
                feeds.forEach((name, tensor) -> digest.put(name, tensor.shape()).put(name, tensor.data()));
            }
        }
        return digest.hexDigest();
    }

    @Test
    void graph_namesNoFolder() {
        Path folder = Goldens.of("llava", "published").model(temp.resolve("a-folder-of-its-own"));
        try (FamilyModel opened = open(folder, NumericMode.FLOAT32)) {
            byte[] graph = ((GraphTower) opened.tower()).graph().modelProto();

            assertThat(new String(graph, StandardCharsets.ISO_8859_1))
                    .contains("model.safetensors")
                    .doesNotContain("a-folder-of-its-own");
        }
    }
}
