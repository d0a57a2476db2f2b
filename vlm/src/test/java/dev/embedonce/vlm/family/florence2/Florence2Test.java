package dev.embedonce.vlm.family.florence2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.FamilyContract;
import dev.embedonce.vlm.family.FamilyModel;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.VisionFeatures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Florence2Test extends FamilyContract {
    private static final long IMAGE = 1324;
    private static final Florence2Prompts PROMPTS = new Florence2Prompts(true, IMAGE);
    private static final List<VisionFeatures> PICTURE =
            List.of(new VisionFeatures(Map.of(VisionFeatures.FEATURES, Tensor.ofFloats(new float[4], 2, 2))));

    @Override
    protected Map<String, List<String>> models() {
        return Map.of("florence2", List.of("published", "transformers5"));
    }

    @Override
    protected boolean takesAnyNumberOfPictures() {
        return false;
    }

    /**
     * Pictures that are not RGB: the reference takes them by {@code load_image}; {@link Florence2ProcessorTest}
     * compares the pixels.
     */
    @Override
    protected void checkRefused(FamilyModel model, Goldens.Case golden) {
        assertThat(process(model, golden)).hasSize(1);
    }

    /** Without the tokens that the reference's processor writes for features: the published one has none. */
    @Override
    protected long[] inputIds(Goldens.Case golden) {
        return Arrays.stream(golden.inputIds()).filter(id -> id != IMAGE).toArray();
    }

    @Test
    void expand_taskWithTextItDoesNotTake_isRefused() {
        assertThatThrownBy(() -> PROMPTS.expand("<OCR> please", PICTURE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<OCR>");
    }

    @Test
    void expand_anyNumberOfImagesButOne_isRefused() {
        assertThatThrownBy(() -> PROMPTS.expand("<OCR>", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PROMPTS.assemble(new long[] {0, 2}, List.of(PICTURE.get(0), PICTURE.get(0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void assemble_idsWithImageTokens_isTheSamePrompt() {
        Prompt without = PROMPTS.assemble(new long[] {0, 7, 2}, PICTURE);
        Prompt with = PROMPTS.assemble(new long[] {IMAGE, IMAGE, 0, 7, 2}, PICTURE);
        assertThat(with.ids()).isEqualTo(without.ids());
        assertThat(with.pauseFrom(1)).isEqualTo(5);
        assertThatThrownBy(() -> PROMPTS.assemble(new long[] {IMAGE, 0, 7, 2}, PICTURE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void process_pictureThatIsNotRgb_isTakenIfTheCallerSaysHow() {
        ModelConfig config = ModelConfig.readFile(
                        Path.of("src/test/resources/families/florence2/published/preprocessor_config.json"))
                .recordedBy(new ConfigRecord());
        Florence2Processor images =
                Florence2Processor.read(config, PixelOptions.defaults().withAlpha(AlphaPolicy.OVER_WHITE));
        assertThat(images.process(Goldens.picture("rgba.png"), ImageSettings.DEFAULT)
                        .width())
                .isEqualTo(60);
    }
}
