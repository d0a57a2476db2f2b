package dev.embedonce.vlm.family.gemma4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gemma4ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private static Gemma4Processor read(FamilyFiles files) {
        return Gemma4Processor.read(files.imageProcessor(), PixelOptions.defaults(), new Patches(16, 3));
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "gemma4", "gemma4").versions(Gemma4ProcessorTest::read))
                .hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "gemma4", "gemma4")
                .assertAccepts(Gemma4ProcessorTest::read, "Gemma4ImageProcessor", "image_seq_length");
    }
}
