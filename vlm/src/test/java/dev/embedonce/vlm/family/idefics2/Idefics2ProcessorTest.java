package dev.embedonce.vlm.family.idefics2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Idefics2ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private static Idefics2Processor read(FamilyFiles files) {
        return Idefics2Processor.read(files.imageProcessor(), PixelOptions.defaults(), 14);
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "idefics2", "idefics2").versions(Idefics2ProcessorTest::read))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "idefics2", "idefics2")
                .assertAccepts(
                        Idefics2ProcessorTest::read,
                        "Idefics2ImageProcessor",
                        "_processor_class",
                        "_valid_processor_keys",
                        "do_pad");
    }
}
