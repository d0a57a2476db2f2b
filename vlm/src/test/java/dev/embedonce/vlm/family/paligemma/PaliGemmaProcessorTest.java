package dev.embedonce.vlm.family.paligemma;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PlainProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaliGemmaProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "paligemma", "paligemma")
                        .versions(files -> PlainProcessing.read(files.directory(), PixelOptions.defaults())))
                .hasSize(1);
    }
}
