package dev.embedonce.vlm.family.multi_modality;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JanusProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private ProcessorForms forms() {
        return ProcessorForms.of(temp, "multi_modality/janus", "janus");
    }

    private static JanusProcessor read(FamilyFiles files) {
        return JanusProcessor.read(files, PixelOptions.defaults(), 20);
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(forms().versions(JanusProcessorTest::read)).hasSize(1);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        forms().assertAccepts(JanusProcessorTest::read, "JanusImageProcessor", "auto_map");
    }
}
