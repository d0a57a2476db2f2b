package dev.embedonce.vlm.family.qwen2_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Qwen2VlProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private ProcessorForms forms() {
        return ProcessorForms.of(temp, "qwen2_vl", "qwen2_vl");
    }

    private static PatchProcessing read(FamilyFiles files) {
        return PatchProcessing.read(files.imageProcessor(), PixelOptions.defaults());
    }

    private String version(String sizes) {
        String others = "{\"image_processor_type\": \"Qwen2VLImageProcessor\", ";
        return forms().version(Goldens.parse(others + sizes + "}"), Qwen2VlProcessorTest::read);
    }

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(forms().versions(Qwen2VlProcessorTest::read)).hasSize(1);
    }

    @Test
    void read_sizeAndPixelsDiffer_pixelsWinAsInTransformers() {
        String expected = version("\"size\": {\"shortest_edge\": 3136, \"longest_edge\": 50176}");
        String size = "\"size\": {\"shortest_edge\": 6272, \"longest_edge\": 100352}";
        assertThat(version(size)).isNotEqualTo(expected);
        assertThat(version("\"min_pixels\": 3136, \"max_pixels\": 50176, " + size))
                .isEqualTo(expected);
        assertThat(version("\"min_pixels\": 3136, \"size\": {\"shortest_edge\": 6272, \"longest_edge\": 50176}"))
                .isEqualTo(expected);
        assertThat(version("\"max_pixels\": 50176, \"min_pixels\": null, "
                        + "\"size\": {\"shortest_edge\": 3136, \"longest_edge\": 100352}"))
                .isEqualTo(expected);
        assertThat(version("\"min_pixels\": 3136, \"max_pixels\": 50176, "
                        + "\"size\": {\"min_pixels\": 6272, \"max_pixels\": 100352}"))
                .isEqualTo(expected);
    }

    @Test
    void read_sizeThatTransformersRefuses_isRefused() {
        for (String size : new String[] {"{\"min_pixels\": 3136, \"max_pixels\": 50176}", "{\"height\": 9}"}) {
            assertThatThrownBy(() -> version("\"size\": " + size))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("size");
        }
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "qwen2_vl", "qwen2_vl")
                .assertAccepts(
                        Qwen2VlProcessorTest::read,
                        "Qwen2VLImageProcessor",
                        "_processor_class",
                        "auto_map",
                        "_valid_processor_keys");
    }
}
