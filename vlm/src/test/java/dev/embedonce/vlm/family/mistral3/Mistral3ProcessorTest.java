package dev.embedonce.vlm.family.mistral3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PixtralProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mistral3ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "mistral3", "pixtral")
                        .versions(files -> PixtralProcessing.read("mistral3", files, PixelOptions.defaults(), 16)))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "mistral3", "pixtral")
                .assertAccepts(
                        files -> PixtralProcessing.read("mistral3", files, PixelOptions.defaults(), 16),
                        "PixtralImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "crop_size",
                        "do_pad",
                        "patch_size");
    }
}
