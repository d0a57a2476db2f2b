package dev.embedonce.vlm.family.llava_next;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.family.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyFiles;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
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
}
