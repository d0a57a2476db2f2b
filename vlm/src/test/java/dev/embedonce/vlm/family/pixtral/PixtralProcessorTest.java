package dev.embedonce.vlm.family.pixtral;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PixtralProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PixtralProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "pixtral", "pixtral")
                        .versions(files -> PixtralProcessing.read("pixtral", files, PixelOptions.defaults(), 8)))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "pixtral", "pixtral")
                .assertAccepts(
                        files -> PixtralProcessing.read("pixtral", files, PixelOptions.defaults(), 8),
                        "PixtralImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "crop_size",
                        "do_pad",
                        "patch_size");
    }
}
