package dev.embedonce.vlm.family.florence2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.hash.ContentHasher;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.model.ConfigRecord;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.family.Goldens;
import dev.embedonce.vlm.family.ProcessorForms;
import dev.embedonce.vlm.vision.ImageSettings;
import dev.embedonce.vlm.vision.ProcessedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Florence2ProcessorTest {
    @TempDir
    private Path temp = Path.of("");

    @Test
    void read_formsOfAllVersions_areOneProcessor() {
        assertThat(ProcessorForms.of(temp, "florence2", "florence2")
                        .versions(files -> Florence2Processor.read(files.imageProcessor(), PixelOptions.defaults())))
                .hasSize(1);
    }

    /** The published settings convert nothing; pictures come to transformers by its {@code load_image}, which does. */
    @Test
    void process_pictureThatIsNotRgb_isWhatTransformersMakesOfALoadedOne() throws IOException {
        Path folder = Path.of("src/test/resources/families/florence2");
        JsonNode goldens = Goldens.parse(Files.readString(folder.resolve("load_image.json")));
        assertThat(goldens).hasSizeGreaterThanOrEqualTo(5);
        for (JsonNode golden : goldens) {
            ModelConfig config = ModelConfig.readFile(folder.resolve("published/preprocessor_config.json"))
                    .recordedBy(new ConfigRecord());
            byte[] picture = golden.has("bytes")
                    ? golden.get("bytes").binaryValue()
                    : Goldens.picture(golden.get("picture").asText());
            ProcessedImage image =
                    Florence2Processor.read(config, PixelOptions.defaults()).process(picture, ImageSettings.DEFAULT);
            Tensor tensor = Objects.requireNonNull(image.inputs().get("pixel_values"));
            byte[] pixels = new byte[tensor.sizeBytes()];
            tensor.data().get(pixels);
            assertThat(ContentHasher.sha256().hash(pixels).hex())
                    .as(golden.get("picture").asText())
                    .isEqualTo(golden.get("sha256").asText());
        }
    }

    @Test
    void read_otherClassesAndSettings_areRefused() {
        ProcessorForms.of(temp, "florence2", "florence2")
                .assertAccepts(
                        files -> Florence2Processor.read(files.imageProcessor(), PixelOptions.defaults()),
                        "CLIPImageProcessor",
                        "auto_map",
                        "image_seq_length",
                        "crop_size",
                        "_valid_processor_keys");
    }
}
