package dev.embedonce.vlm.family.mllama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MllamaTest extends FamilyContract {
    @Override
    protected Map<String, List<String>> models() {
        return Map.of("mllama", List.of("published", "transformers5"));
    }

    @Test
    void process_fewerTilesAllowed_keepsTheModelsNumbers() {
        MllamaProcessor images = MllamaProcessor.read(
                ModelConfig.readFile(Path.of("src/test/resources/families/mllama/published/preprocessor_config.json"))
                        .recordedBy(new ConfigRecord()),
                PixelOptions.defaults());
        ImageSettings two = ImageSettings.DEFAULT.withMaxTiles(2);
        ProcessedImage image = images.process(Goldens.picture("very_wide.png"), two);
        assertThat(image.layout(MllamaProcessor.RATIO).longs().get(0)).isEqualTo(2);
        assertThat(image.layout(MllamaProcessor.TILES)).isEqualTo(Tensor.ofLongs(new long[] {1, 1, 0, 0}, 4));
        assertThat(images.preprocVersion(two)).isNotEqualTo(images.preprocVersion(ImageSettings.DEFAULT));
    }
}
