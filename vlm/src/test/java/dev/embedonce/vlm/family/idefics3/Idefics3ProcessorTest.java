package dev.embedonce.vlm.family.idefics3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.SplitProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Idefics3ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "idefics3", "idefics3")
                        .versions(files -> SplitProcessing.read(
                                "idefics3", "Idefics3ImageProcessor", files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "idefics3", "idefics3")
                .assertAccepts(
                        files -> SplitProcessing.read(
                                "idefics3", "Idefics3ImageProcessor", files.imageProcessor(), PixelOptions.defaults()),
                        "Idefics3ImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "do_pad",
                        "return_row_col_info",
                        "video_sampling");
    }
}
