package dev.embedonce.vlm.family.granite_vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.PinpointProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraniteVisionProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private static ImageProcessing read(FamilyFiles files) {
        return PinpointProcessing.read(
                "granite_vision", "LlavaNextImageProcessor", files, PixelOptions.defaults(), 336);
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "granite_vision", "llava_next").versions(GraniteVisionProcessorTest::read))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "granite_vision", "llava_next")
                .assertAccepts(
                        GraniteVisionProcessorTest::read,
                        "LlavaNextImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "aspect_ratio_setting",
                        "do_center_crop",
                        "do_resize",
                        "do_pad");
    }
}
