package dev.embedonce.vlm.family;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
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
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The settings of one model's processor as transformers 4.45, 4.57 and 5.23 write them ({@code scripts/processor-forms}
 * asked its classes), in the files in which they write them.
 */
public final class ProcessorForms {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FORMS = Path.of("src/test/resources/processor-forms.json");
    private static final Path FAMILIES = Path.of("src/test/resources/families");

    private static final String PINPOINTS = "image_grid_pinpoints";
    private static final String CLASS = "image_processor_type";

    /** What any processor may be told, as it changes no pixel. */
    private static final Set<String> HARMLESS = Set.of(
            "processor_class",
            "data_format",
            "input_data_format",
            "disable_grouping",
            "device",
            "return_tensors",
            "default_to_square");
    /** What some may be told, and the others not. */
    private static final Set<String> OTHERS = Set.of(
            "_processor_class",
            "_valid_processor_keys",
            "_valid_kwargs_names",
            "_name_or_path",
            "aspect_ratio_setting",
            "auto_map",
            "crop_size",
            "do_align_long_axis",
            "do_center_crop",
            "do_flip_channel_order",
            "do_magic",
            "do_pad",
            "do_resize",
            "do_thumbnail",
            "feature_extractor_type",
            "image_seq_length",
            "max_image_size",
            "max_pixels",
            "min_pixels",
            "num_additional_image_tokens",
            "pad_size",
            "patch_size",
            "return_row_col_info",
            "size_divisor",
            "tokenizer_class",
            "video_sampling");

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
        for (JsonNode form : read(FORMS)) {
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
        assertThat(forms).hasSizeGreaterThanOrEqualTo(2);
        return versions;
    }

    /**
     * Asks for exactly these to be read.
     *
     * @param name of the class, without {@code Fast} and {@code Pil}
     * @param own settings that may say anything here, beside those that may everywhere
     */
    public void assertAccepts(Function<FamilyFiles, ImageProcessing> reader, String name, String... own) {
        List<String> classes = List.of(name, name + "Fast", name + "Pil");
        Set<String> names = new LinkedHashSet<>(classes);
        read(FORMS).forEach(form -> names.add(form.get("settings").get(CLASS).asText()));
        for (String each : names) {
            assertThat(accepts(reader, CLASS, each)).as(each).isEqualTo(classes.contains(each));
        }
        Set<String> expected = new TreeSet<>(List.of(own));
        expected.addAll(HARMLESS);
        Set<String> found = new TreeSet<>(OTHERS);
        found.addAll(HARMLESS);
        found.removeIf(setting -> !accepts(reader, setting, "anything"));
        assertThat(found).isEqualTo(expected);
    }

    private boolean accepts(Function<FamilyFiles, ImageProcessing> reader, String setting, String value) {
        ObjectNode settings = forms.get(0).get("settings").deepCopy();
        try {
            return !reader.apply(files(settings.put(setting, value), false))
                    .revisions()
                    .isEmpty();
        } catch (ModelLoadException e) {
            assertThat(e).hasMessageContaining(setting);
            return false;
        }
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
                more.remove("image_processor");
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
