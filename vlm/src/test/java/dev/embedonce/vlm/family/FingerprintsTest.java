package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * The versions of the tiny models, as they were when their features were kept. A change that alters one on purpose
 * raises a revision, and then changes the line here; one that alters it otherwise turns every user's cache cold.
 */
class FingerprintsTest {
    @TempDir
    Path temp;

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/families/versions.csv", numLinesToSkip = 1)
    void versions_ofUnchangedModels_stay(String model, String layout, String modelVersion, String preprocVersion) {
        Path folder = Goldens.of(model, layout).model(temp.resolve("model"));
        try (FamilyModel opened = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            assertThat(opened.tower().modelVersion()).isEqualTo(modelVersion);
            assertThat(opened.images().preprocVersion(ImageSettings.DEFAULT)).isEqualTo(preprocVersion);
        }
    }
}
