package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.graph.safetensors.Checkpoint;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.ImageProcessing;
import dev.embedonce.vlm.vision.ImageSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The settings of one model's processor as transformers 4.45, 4.57 and 5.23 write them ({@code scripts/processor-forms} asked its
 * classes), in the files in which they write them.
 */
public final class ProcessorForms {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FAMILIES = Path.of("src/test/resources/families");

    private static final String PINPOINTS = "image_grid_pinpoints";

    private final Path temp;
    private final String family;
    private final List<JsonNode> forms = new ArrayList<>();

    private ProcessorForms(Path temp, String family) {
        this.temp = temp;
        this.family = family;
    }

    /**
     * The forms of a case.
     *
     * @param temp for the files
     * @param family whose other files the models have
     * @param name of the case in {@code processor-forms.json}
     */
    public static ProcessorForms of(Path temp, String family, String name) {
        ProcessorForms result = new ProcessorForms(temp, family);
        for (JsonNode form : read(Path.of("src/test/resources/processor-forms.json"))) {
            if (form.get("case").asText().equals(name)) {
                result.forms.add(form);
            }
        }
        return result;
    }

    /** Reads each form, and says what preprocessing versions come of them; one, if all are understood alike. */
    public Set<String> versions(Function<FamilyFiles, ImageProcessing> reader) {
        Set<String> versions = new LinkedHashSet<>();
        for (JsonNode form : forms) {
            ObjectNode settings = form.get("settings").deepCopy();
            versions.add(version(settings, reader));
            settings.put("do_magic", (String) null);
            assertThat(versions).as(form.toString()).contains(version(settings, reader));
        }
        assertThat(forms).hasSizeGreaterThanOrEqualTo(4);
        return versions;
    }

    /** The preprocessing version of one form of settings, which must be the same in either file. */
    public String version(JsonNode settings, Function<FamilyFiles, ImageProcessing> reader) {
        String plain = reader.apply(files(settings, false)).preprocVersion(ImageSettings.DEFAULT);
        String nested = reader.apply(files(settings, true)).preprocVersion(ImageSettings.DEFAULT);
        assertThat(nested).isEqualTo(plain);
        return plain;
    }

    /** The form that one version wrote, such as {@code 4.57.1 fast}. */
    public ObjectNode form(String by) {
        return forms.stream()
                .filter(form -> form.get("by").asText().equals(by))
                .findFirst()
                .orElseThrow()
                .get("settings")
                .deepCopy();
    }

    private FamilyFiles files(JsonNode settings, boolean nested) {
        Path published = FAMILIES.resolve(family).resolve("published");
        try {
            Path folder = Files.createTempDirectory(temp, "model");
            ObjectNode config = (ObjectNode) read(published.resolve("config.json"));
            if (settings.has(PINPOINTS)) {
                config.set(PINPOINTS, settings.get(PINPOINTS)); // must be the same in both
            }
            JSON.writeValue(folder.resolve("config.json").toFile(), config);
            Path processor = published.resolve("processor_config.json");
            ObjectNode more = Files.exists(processor) ? (ObjectNode) read(processor) : JSON.createObjectNode();
            if (nested) {
                more.set("image_processor", settings);
            } else {
                JSON.writeValue(folder.resolve("preprocessor_config.json").toFile(), settings);
            }
            JSON.writeValue(folder.resolve("processor_config.json").toFile(), more);
            return new FamilyFiles(folder, Checkpoint.open(published), Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
