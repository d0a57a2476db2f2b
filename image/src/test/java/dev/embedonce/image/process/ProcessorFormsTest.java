package dev.embedonce.image.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.image.Golden;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings as transformers 4.45, 4.57 and 5.23 write them; {@code scripts/processor-forms} asked its classes. */
class ProcessorFormsTest {
    private static Stream<JsonNode> forms() {
        return StreamSupport.stream(Golden.json("processor-forms.json").spliterator(), false);
    }

    private static String version(JsonNode settings) {
        return HfImageProcessors.parse(settings.toString(), null, PixelOptions.defaults())
                .preprocVersion();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void parse_nullsLeftOut_saysTheSame(JsonNode form) {
        ObjectNode settings = form.get("settings").deepCopy();
        String withNulls = version(settings);
        settings.properties().removeIf(field -> field.getValue().isNull());
        assertThat(version(settings)).isEqualTo(withNulls);
    }

    /** But for the filter, which the fast classes of some models chose differently. */
    @Test
    void parse_sameModelByAnyVersion_isOneProcessor() {
        Map<String, String> versions = new HashMap<>();
        forms().forEach(form -> {
            JsonNode settings = form.get("settings");
            String model = form.get("case").asText() + " resampled by " + settings.get("resample");
            String version = version(settings);
            String first = versions.computeIfAbsent(model, m -> version);
            assertThat(version).as(model + ", written by " + form.get("by")).isEqualTo(first);
        });
        assertThat(versions).hasSizeGreaterThanOrEqualTo(13);
    }

    @Test
    void parse_unknownKeyThatIsNull_isAbsent() {
        String vit = "{\"image_processor_type\": \"ViTImageProcessor\"";
        assertThat(HfImageProcessors.parse(vit + ", \"do_magic\": null}", null, PixelOptions.defaults())
                        .preprocVersion())
                .isEqualTo(HfImageProcessors.parse(vit + "}", null, PixelOptions.defaults())
                        .preprocVersion());
    }
}
