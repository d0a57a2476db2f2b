package dev.embedonce.vlm.family.paddleocr_vl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PatchProcessing;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PaddleOcrVlProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    private ProcessorForms forms() {
        return ProcessorForms.of(temp, "paddleocr_vl", "paddleocr_vl");
    }

    private static PatchProcessing read(FamilyFiles files) {
        return PatchProcessing.readPaddleOcr(files.imageProcessor(), PixelOptions.defaults());
    }

    private String version(String settings) {
        return forms().version(Goldens.parse(settings), PaddleOcrVlProcessorTest::read);
    }

    /** Of the published code the forms are written down here: transformers 4 has no class to ask. */
    @Test
    void read_allForms_areOneProcessor() {
        String limits = "\"min_pixels\": 147384, \"max_pixels\": 2822400";
        String others = "\"auto_map\": {\"AutoProcessor\": \"processing_paddleocr_vl.PaddleOCRVLProcessor\"}, "
                + "\"do_convert_rgb\": true, \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5], "
                + "\"image_processor_type\": \"PaddleOCRVLImageProcessor\", \"merge_size\": 2, \"patch_size\": 14, "
                + "\"resample\": 3, \"temporal_patch_size\": 1, " + limits;
        String expected = version("{" + others + "}");

        assertThat(version("{" + others + ", \"size\": {" + limits + "}}")).isEqualTo(expected);
        for (String by : new String[] {"5.23.0 pil", "5.23.0 torchvision"}) {
            assertThat(forms().version(forms().form(by), PaddleOcrVlProcessorTest::read))
                    .as(by)
                    .isEqualTo(expected);
        }
        assertThat(version("{" + others.replace("147384", "147385") + "}")).isNotEqualTo(expected);
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        forms().assertAccepts(
                        PaddleOcrVlProcessorTest::read,
                        "PaddleOCRVLImageProcessor",
                        "_processor_class",
                        "auto_map",
                        "_valid_processor_keys");
    }

    @Test
    void split_patchesThatDoNotFitTheGrid_areRefused() {
        PatchProcessing processing =
                read(FamilyFiles.of(Goldens.of("paddleocr_vl", "published").model(temp.resolve("model"))));
        assertThatThrownBy(() -> processing.split(tensors(6, 2, 3, 6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rows and columns in multiples of 2");
        assertThatThrownBy(() -> processing.split(tensors(4, 2, 2, 5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 108 numbers a patch");
        assertThatThrownBy(() -> processing.split(tensors(3, 2, 2, 6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected 4 rows of pixel_values");
    }

    private static Map<String, Tensor> tensors(int patches, int rows, int columns, int side) {
        return Map.of(
                "pixel_values", Tensor.ofFloats(new float[patches * 3 * side * side], patches, 3, side, side),
                "image_grid_thw", Tensor.ofLongs(new long[] {1, rows, columns}, 1, 3));
    }
}
