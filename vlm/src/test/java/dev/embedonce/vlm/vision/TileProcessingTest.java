package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TileProcessingTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "aya_vision", "got_ocr2")
                        .versions(files -> TileProcessing.read(
                                "aya_vision", files.imageProcessor(), PixelOptions.defaults(), 364)))
                .hasSize(1);
    }
}
