package dev.embedonce.vlm.family.qwen3_vl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Qwen3VlProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    /** Two: the slow class of transformers 4 passed over {@code size}, and wrote its own areas down. */
    @Test
    void read_formsOfAllVersions_areWhatTheySay() {
        ProcessorForms forms = ProcessorForms.of(temp, "qwen3_vl", "qwen3_vl");
        assertThat(forms.versions(files -> PatchProcessing.read(files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(2);
    }
}
