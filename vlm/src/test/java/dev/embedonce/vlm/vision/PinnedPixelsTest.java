package dev.embedonce.vlm.vision;

import dev.embedonce.feature.InputDigest;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.testkit.Pins;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What the tiny models' processors make of some pictures stays as it is, unless a step raises its revision. */
class PinnedPixelsTest {
    private static final Pins PINS = Pins.of(
            Path.of("src/test/resources/families/pixels.csv"),
            "processor's output",
            "mvn test -pl vlm -am -Dtest=PinnedPixelsTest -Dsurefire.failIfNoSpecifiedTests=false");

    private static final List<String> PICTURES = List.of(
            "column.png", "grey.png", "palette.png", "photo.jpg", "rgba.png", "square.png", "tall.png", "wide.png");

    @TempDir
    Path temp;

    @ParameterizedTest(name = "{0} {1}")
    @CsvFileSource(resources = "/families/versions.csv", numLinesToSkip = 1)
    void pixels_changeWithARevisionOnly(String model, String layout) {
        Path folder = Goldens.of(model, layout).model(temp.resolve("model"));
        try (FamilyModel opened = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            FramedDigest digest = FramedDigest.tagged("embedonce.test.pixels.v1");
            for (String picture : PICTURES) {
                digest.put(picture, output(opened.images(), Goldens.picture(picture)));
            }
            PINS.check(model + "/" + layout, digest.hexDigest(), opened.images().revisions());
        }
    }

    private static String output(ImageProcessing processor, byte[] picture) {
        try {
            ProcessedImage image = processor.process(picture, ImageSettings.DEFAULT);
            return InputDigest.of(image.inputs(), image.layout()).hash().hex();
        } catch (ImageException e) {
            return "refused";
        }
    }
}
