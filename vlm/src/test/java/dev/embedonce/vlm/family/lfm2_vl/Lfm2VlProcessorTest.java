package dev.embedonce.vlm.family.lfm2_vl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Lfm2VlProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private static Lfm2VlProcessor read(FamilyFiles files) {
        return Lfm2VlProcessor.read(
                files.imageProcessor(), PixelOptions.defaults(), new Lfm2VlPictures.Geometry(16, 2));
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "lfm2_vl", "lfm2_vl").versions(Lfm2VlProcessorTest::read))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "lfm2_vl", "lfm2_vl")
                .assertAccepts(
                        Lfm2VlProcessorTest::read,
                        "Lfm2VlImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "crop_size",
                        "do_pad",
                        "do_resize",
                        "return_row_col_info");
    }
}
