package dev.embedonce.vlm.family.llava_next;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlavaNextTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("llava_next", List.of("published", "transformers5"));
    }

    @Test
    void process_maxTiles_leavesLargerGridsOut(@TempDir Path temp) {
        Path folder = Goldens.of("llava_next", "published").model(temp.resolve("model"));
        ImageSettings two = ImageSettings.DEFAULT.withMaxTiles(2);
        try (FamilyModel model = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture("square.png"), two);

            assertThat(image.inputs())
                    .extractingByKey("pixel_values")
                    .extracting(t -> t.dim(0))
                    .isEqualTo(3L);
            VisionFeatures features = model.tower().encode(List.of(image)).get(0);
            assertThat(features.tokens()).isEqualTo(16 + 4 * (4 + 1));
            assertThat(model.images().preprocVersion(two))
                    .isNotEqualTo(model.images().preprocVersion(ImageSettings.DEFAULT));
        }
    }

    /** Equal tiles, but more of the canvas is padding. */
    @Test
    void split_equalTilesOfOtherSize_isAnotherInput(@TempDir Path temp) {
        Goldens goldens = Goldens.of("llava_next", "published");
        Tensor pixels = goldens.named("very_wide").tensor("pixel_values");
        try (FamilyModel model = Families.open(FamilyFiles.of(goldens.model(temp.resolve("sizes"))), Goldens.OPTIONS)) {
            ProcessedImage wide = split(model, pixels, 20, 60);
            ProcessedImage wider = split(model, pixels, 10, 60);

            assertThat(wide.inputs()).isEqualTo(wider.inputs());
            assertThat(wide.inputDigest()).isNotEqualTo(wider.inputDigest());
            List<VisionFeatures> features = model.tower().encode(List.of(wide, wider));
            assertThat(features.get(0).tokens()).isGreaterThan(features.get(1).tokens());
        }
    }

    private static ProcessedImage split(FamilyModel model, Tensor pixels, long height, long width) {
        return model.images()
                .split(Map.of("pixel_values", pixels, "image_sizes", Tensor.ofLongs(new long[] {height, width}, 1, 2)))
                .get(0);
    }
}
