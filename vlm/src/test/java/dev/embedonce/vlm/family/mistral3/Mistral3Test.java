package dev.embedonce.vlm.family.mistral3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.prompt.PromptPiece;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mistral3Test extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("mistral3", List.of("published", "transformers5"));
    }

    /** {@code longest_edge} 48. */
    @Override
    protected ImageSettings settings(Goldens.Case golden) {
        return golden.name().equals("settings") ? ImageSettings.DEFAULT.withMaxPixels(48 * 48) : ImageSettings.DEFAULT;
    }

    /** The reference fails on it. */
    @Test
    void pictureOfOneToken_isOneFeatureAndTheEnd(@TempDir Path temp) {
        Path folder = Goldens.of("mistral3", "published").model(temp.resolve("tiny"));
        try (FamilyModel model = Families.open(FamilyFiles.of(folder), Goldens.OPTIONS)) {
            ProcessedImage image = model.images().process(Goldens.picture("tiny.png"), ImageSettings.DEFAULT);
            List<VisionFeatures> features = model.tower().encode(List.of(image));

            assertThat(features.get(0).tokens()).isEqualTo(1);
            assertThat(model.prompts().expand("[IMG]?", features))
                    .containsExactly(new PromptPiece.Text("[IMG][IMG_END]?"));
        }
    }
}
