package dev.embedonce.vlm.family.mllama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MllamaProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "mllama", "mllama")
                        .versions(files -> MllamaProcessor.read(files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "mllama", "mllama")
                .assertAccepts(
                        files -> MllamaProcessor.read(files.imageProcessor(), PixelOptions.defaults()),
                        "MllamaImageProcessor");
    }
}
