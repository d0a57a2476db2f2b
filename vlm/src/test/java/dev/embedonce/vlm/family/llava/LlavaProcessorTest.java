package dev.embedonce.vlm.family.llava;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.PlainProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlavaProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        for (String written : new String[] {"clip", "llava"}) {
            assertThat(ProcessorForms.of(temp, "llava", written)
                            .versions(files -> PlainProcessing.read(files.directory(), PixelOptions.defaults())))
                    .hasSize(1);
        }
    }
}
