package dev.embedonce.image.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.Golden;
import dev.embedonce.image.pixel.ImageException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures in the middle of squares, as transformers' {@code LlavaImageProcessor} pads them. */
class SquarePaddingTest {
    private static final String LLAVA = "{\"image_processor_type\": \"LlavaImageProcessor\", ";

    private static Stream<JsonNode> goldens() {
        return StreamSupport.stream(Golden.json("llava.json").spliterator(), false);
    }

    private static ImageProcessor parse(String json) {
        return HfImageProcessors.parse(json, null, PixelOptions.defaults());
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void process_isTransformersTensor(JsonNode golden) {
        PixelValues values = parse(golden.get("settings").toString())
                .process(Golden.pictureBytes(golden.get("picture").asText()));
        assertThat(new int[] {3, values.height(), values.width()})
                .containsExactly(
                        golden.get("shape").get(0).asInt(),
                        golden.get("shape").get(1).asInt(),
                        golden.get("shape").get(2).asInt());
        assertThat(Golden.digest(values.data())).isEqualTo(golden.get("sha256").asText());
    }

    @Test
    void preprocVersion_paddingAndItsColour_arePartOfIt() {
        String plain = parse(LLAVA + "\"do_pad\": false}").preprocVersion();
        String padded =
                parse(LLAVA + "\"do_pad\": true, \"do_normalize\": false}").preprocVersion();
        String black = parse(LLAVA + "\"do_pad\": true, \"do_normalize\": false, \"image_mean\": [0, 0, 0]}")
                .preprocVersion();
        assertThat(padded).isNotEqualTo(plain).isNotEqualTo(black);
        assertThat(parse(LLAVA + "\"do_normalize\": false}").preprocVersion()).isNotEqualTo(padded);
    }

    @Test
    void process_paddedAboveThePixelLimit_isRefused() {
        ImageProcessor processor = HfImageProcessors.parse(
                LLAVA + "\"do_pad\": true}", null, PixelOptions.defaults().withMaxPixels(3000));
        assertThatThrownBy(() -> processor.process(Golden.pictureBytes("png-rgb-57x1.png")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("57x1");
    }

    @Test
    void parse_meanThatIsNoColour_isRefused() {
        for (String mean : new String[] {"0.5", "[0.5, 2, 0.5]"}) {
            assertThatThrownBy(() -> parse(LLAVA + "\"do_pad\": true, \"image_mean\": " + mean + "}"))
                    .isInstanceOf(ModelLoadException.class)
                    .hasMessageContaining("image_mean");
        }
    }

    @Test
    void parse_padSizeWithIt_isRefused() {
        assertThatThrownBy(() -> parse(LLAVA + "\"do_pad\": true, \"pad_size\": {\"height\": 9, \"width\": 9}}"))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("pad_size");
    }
}
