package dev.embedonce.vlm.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileProcessingTest {
    @TempDir
    private Path temp = Path.of("");

    @ParameterizedTest
    @CsvSource({"aya_vision, got_ocr2, 364", "internvl, internvl, 448"})
    void read_formsOfAllVersions_areOneProcessor(String family, String form, int side) {
        assertThat(ProcessorForms.of(temp, family, form)
                        .versions(files ->
                                TileProcessing.read(family, files.imageProcessor(), PixelOptions.defaults(), side)))
                .hasSize(1);
    }
}
