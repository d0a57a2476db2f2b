package dev.embedonce.vlm.family.gemma3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gemma3ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "gemma3", "gemma3")
                        .versions(files -> Gemma3Processor.read(files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "gemma3", "gemma3")
                .assertAccepts(
                        files -> Gemma3Processor.read(files.imageProcessor(), PixelOptions.defaults()),
                        "Gemma3ImageProcessor",
                        "image_seq_length");
    }
}
