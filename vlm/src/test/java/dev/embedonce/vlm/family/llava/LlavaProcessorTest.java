package dev.embedonce.vlm.family.llava;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
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
                            .versions(files -> LlavaProcessor.read(files, Goldens.OPTIONS)))
                    .hasSize(1);
        }
    }
}
