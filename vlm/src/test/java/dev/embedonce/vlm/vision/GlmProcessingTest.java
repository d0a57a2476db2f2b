package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlmProcessingTest {
    @TempDir
    private Path temp = Path.of("");

    private static PatchProcessing read(FamilyFiles files) {
        return PatchProcessing.readGlm(files.imageProcessor(), PixelOptions.defaults());
    }

    @ParameterizedTest
    @ValueSource(strings = {"glm4v", "glm_ocr"})
    void read_formsOfAllVersions_areOneProcessor(String family) {
        assertThat(ProcessorForms.of(temp, family, family).versions(GlmProcessingTest::read))
                .hasSize(1);
    }
}
