package dev.embedonce.vlm.family.llava_next;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PinpointProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlavaNextProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "llava_next", "llava_next")
                        .versions(files -> PinpointProcessing.read(
                                "llava_next", "LlavaNextImageProcessor", files, PixelOptions.defaults(), 336)))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "llava_next", "llava_next")
                .assertAccepts(
                        files -> PinpointProcessing.read(
                                "llava_next", "LlavaNextImageProcessor", files, PixelOptions.defaults(), 336),
                        "LlavaNextImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "aspect_ratio_setting",
                        "do_center_crop",
                        "do_resize",
                        "do_pad");
    }
}
