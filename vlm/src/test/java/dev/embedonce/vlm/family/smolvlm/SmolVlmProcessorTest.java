package dev.embedonce.vlm.family.smolvlm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.SplitProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmolVlmProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "smolvlm", "smolvlm")
                        .versions(files -> SplitProcessing.read(
                                "smolvlm", "SmolVLMImageProcessor", files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "smolvlm", "smolvlm")
                .assertAccepts(
                        files -> SplitProcessing.read(
                                "smolvlm", "SmolVLMImageProcessor", files.imageProcessor(), PixelOptions.defaults()),
                        "SmolVLMImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "do_pad",
                        "return_row_col_info",
                        "video_sampling");
    }
}
