package dev.embedonce.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.image.Golden;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.PixelValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transparency that is no alpha channel (palettes with alphas, transparent colours, in PNG and GIF) against
 * transformers' {@code convert_to_rgb} and Pillow's {@code convert("RGB")}, by each way a picture becomes RGB.
 */
class TransparencyTest {
    private static Stream<JsonNode> pictures() {
        return StreamSupport.stream(Golden.json("transparency.json").spliterator(), false);
    }

    private static byte[] encoded(JsonNode picture) throws IOException {
        return picture.get("picture").binaryValue();
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void toRgb_isTransformers(JsonNode picture) throws IOException {
        PixelImage image = new ImageDecoder(ExifPolicy.APPLY).decode(encoded(picture));
        assertThat(Golden.digest(image.toRgb(AlphaPolicy.OVER_WHITE)))
                .isEqualTo(picture.get("white").asText());
        assertThat(Golden.digest(image.toRgb(AlphaPolicy.DROP)))
                .isEqualTo(picture.get("drop").asText());
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void process_isTransformers(JsonNode picture) throws IOException {
        for (AlphaPolicy alpha : AlphaPolicy.values()) {
            ImageProcessor processor = ImageProcessor.builder().alpha(alpha).build();
            String expected = alpha == AlphaPolicy.OVER_WHITE ? "white" : "drop";
            assertThat(Golden.digest(interleaved(processor.process(encoded(picture)))))
                    .as(alpha.label())
                    .isEqualTo(picture.get(expected).asText());
        }
    }

    /** Samples from 0 to 255, red, green and blue of a pixel together. */
    private static ByteBuffer interleaved(PixelValues values) {
        int pixels = values.width() * values.height();
        ByteBuffer bytes = ByteBuffer.allocate(3 * pixels);
        for (int i = 0; i < 3 * pixels; i++) {
            bytes.put((byte) values.data().get(i % 3 * pixels + i / 3));
        }
        return bytes.flip();
    }

    @Test
    void pictures_mostlyShowTheWhite() {
        assertThat(pictures()).hasSizeGreaterThan(35);
        assertThat(pictures().filter(picture -> !picture.get("white").equals(picture.get("drop"))))
                .hasSizeGreaterThan(20);
    }
}
