package dev.embedonce.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.Activation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@code config.json} or another file of settings, read fail-closed: a field that is missing without a
 * default, of another type, or with a value outside what is known is refused by name. A null counts as missing, as
 * transformers writes both. Immutable; what is read of it is remembered only {@linkplain #recordedBy where it is asked
 * for}.
 */
public final class ModelConfig {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final String path;
    private final JsonNode json;
    private final @Nullable ConfigRecord record;

    private ModelConfig(Path file, String path, JsonNode json, @Nullable ConfigRecord record) {
        this.file = file;
        this.path = path;
        this.json = json;
        this.record = record;
    }

    /** The fields of an object that makes up a file. */
    ModelConfig(Path file, ObjectNode json) {
        this(file, "", json, null);
    }

    /**
     * Reads {@code config.json} of a model directory.
     *
     * @throws ModelLoadException if it is missing or no JSON object
     */
    public static ModelConfig read(Path directory) {
        return new JsonFiles(directory).required("config.json");
    }

    /**
     * Reads another JSON file that holds settings.
     *
     * @throws ModelLoadException if it is missing or no JSON object
     */
    public static ModelConfig readFile(Path file) {
        return new ModelConfig(
                file,
                JsonFiles.read(file)
                        .map(json -> JsonFiles.object(file, json))
                        .orElseThrow(() -> JsonFiles.missing(file)));
    }

    /** The same config; what is read of it and of the objects in it goes into a record. */
    public ModelConfig recordedBy(ConfigRecord reader) {
        return new ModelConfig(file, path, json, reader);
    }

    /**
     * What has been read.
     *
     * @throws IllegalStateException if nobody records it
     */
    public ConfigRecord record() {
        if (record == null) {
            throw new IllegalStateException(file + ": nobody records what is read");
        }
        return record;
    }

    public Path file() {
        return file;
    }

    public boolean has(String name) {
        return json.hasNonNull(name);
    }

    /** The object in a field. */
    public ModelConfig object(String name) {
        JsonNode value = json.path(name);
        if (!value.isObject()) {
            throw refused(name, "an object");
        }
        return new ModelConfig(file, path + name + ".", value, record);
    }

    /**
     * The object in {@code replacement} if that is there, else the one in {@code name}; its fields count as those of
     * {@code name}.
     */
    public ModelConfig object(String name, String replacement) {
        if (!has(replacement)) {
            return object(name);
        }
        ModelConfig other = object(replacement);
        return new ModelConfig(file, path + name + ".", other.json, record);
    }

    /** The object in a field, or an empty one. */
    public ModelConfig optionalObject(String name) {
        return has(name) ? object(name) : new ModelConfig(file, path + name + ".", JSON.createObjectNode(), record);
    }

    /** The text in a field if it is one of these, the first of them if the field is missing. */
    public String oneOf(String name, String... known) {
        String value = has(name) ? text(name) : note(name, known[0]);
        if (!List.of(known).contains(value)) {
            throw refused(name, String.join(" or ", known));
        }
        return value;
    }

    /** A list of numbers. */
    public List<Double> numbers(String name, List<Double> missing) {
        if (!has(name)) {
            return note(name, missing);
        }
        List<Double> numbers = new ArrayList<>();
        for (JsonNode item : checked(name, JsonNode::isArray, "a list of numbers")) {
            if (!item.isNumber()) {
                throw refused(name, "a list of numbers");
            }
            numbers.add(item.asDouble());
        }
        return note(name, List.copyOf(numbers));
    }

    /** Any whole number. */
    public int integer(String name, int missing) {
        return has(name)
                ? note(name, checked(name, JsonNode::isInt, "a whole number").asInt())
                : note(name, missing);
    }

    /** A whole number, or a list of such. */
    public List<Integer> integers(String name, List<Integer> missing) {
        if (!has(name)) {
            return note(name, missing);
        }
        JsonNode value = json.get(name);
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode item : value.isArray() ? value : JSON.createArrayNode().add(value)) {
            if (!item.isInt()) {
                throw refused(name, "a whole number or a list of such");
            }
            numbers.add(item.asInt());
        }
        return note(name, List.copyOf(numbers));
    }

    /**
     * Refuses every field here but these, the ones that are on record as read, and nulls: what is not understood might
     * mean something.
     *
     * @param harmless names of fields that change nothing
     * @throws IllegalStateException if nobody records what is read
     */
    public void refuseOthers(Set<String> harmless) {
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            String name = field.getKey();
            if (!record().covers(path + name)
                    && !harmless.contains(name)
                    && !field.getValue().isNull()) {
                throw new ModelLoadException(file + ": unknown setting \"" + path + name + "\": " + field.getValue());
            }
        }
    }

    /** A text; it is the caller's to say which are known. */
    public String text(String name) {
        return note(name, checked(name, JsonNode::isTextual, "a text").asText());
    }

    public String text(String name, String missing) {
        return has(name) ? text(name) : note(name, missing);
    }

    public int positive(String name) {
        return note(
                name,
                checked(name, ModelConfig::isPositive, "a whole number from 1 on")
                        .asInt());
    }

    public int positive(String name, int missing) {
        return has(name) ? positive(name) : note(name, missing);
    }

    /** A whole number from 0 on. */
    public int natural(String name, int missing) {
        if (!has(name)) {
            return note(name, missing);
        }
        return note(
                name,
                checked(name, n -> isPositive(n) || (n.isInt() && n.asInt() == 0), "a whole number from 0 on")
                        .asInt());
    }

    /** A number above 0. */
    public double number(String name) {
        return note(
                name,
                checked(name, n -> n.isNumber() && n.asDouble() > 0, "a number above 0")
                        .asDouble());
    }

    public double number(String name, double missing) {
        return has(name) ? number(name) : note(name, missing);
    }

    /** A number above 0, or 0 where the field is there and null, which says that there is none. */
    public double numberOrNone(String name, double missing) {
        return json.path(name).isNull() ? note(name, 0.0) : number(name, missing);
    }

    /** A number from 0 on. */
    public double nonNegative(String name, double missing) {
        if (!has(name)) {
            return note(name, missing);
        }
        return note(
                name,
                checked(name, n -> n.isNumber() && n.asDouble() >= 0, "a number from 0 on")
                        .asDouble());
    }

    public boolean flag(String name, boolean missing) {
        return note(
                name,
                has(name) ? checked(name, JsonNode::isBoolean, "true or false").asBoolean() : missing);
    }

    /** The side of a square: a number, or a list of two equal ones. */
    public int side(String name) {
        JsonNode value = json.path(name);
        if (value.isArray()
                && value.size() == 2
                && isPositive(value.get(0))
                && value.get(0).equals(value.get(1))) {
            return note(name, value.get(0).asInt());
        }
        return note(
                name,
                checked(name, ModelConfig::isPositive, "one number above 0, or two equal ones")
                        .asInt());
    }

    public int side(String name, int missing) {
        return has(name) ? side(name) : note(name, missing);
    }

    /** A list of whole numbers above 0. */
    public List<Integer> positives(String name) {
        JsonNode value = checked(name, JsonNode::isArray, "a list of whole numbers from 1 on");
        List<Integer> numbers = new ArrayList<>();
        for (JsonNode item : value) {
            if (!isPositive(item)) {
                throw refused(name, "a list of whole numbers from 1 on");
            }
            numbers.add(item.asInt());
        }
        return note(name, List.copyOf(numbers));
    }

    /** A list of texts; it is the caller's to say which are known. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : checked(name, JsonNode::isArray, "a list of texts")) {
            if (!item.isTextual()) {
                throw refused(name, "a list of texts");
            }
            texts.add(item.asText());
        }
        return note(name, List.copyOf(texts));
    }

    /** A list of pairs of whole numbers above 0. */
    public List<List<Integer>> pairs(String name) {
        List<List<Integer>> pairs = new ArrayList<>();
        for (JsonNode item : checked(name, JsonNode::isArray, "a list of pairs of whole numbers from 1 on")) {
            if (item.size() != 2 || !isPositive(item.get(0)) || !isPositive(item.get(1))) {
                throw refused(name, "a list of pairs of whole numbers from 1 on");
            }
            pairs.add(List.of(item.get(0).asInt(), item.get(1).asInt()));
        }
        return note(name, List.copyOf(pairs));
    }

    /** An activation function, of those that are known. */
    public Activation activation(String name) {
        String text = checked(name, JsonNode::isTextual, "the name of an activation function")
                .asText();
        Activation activation = Activation.ofName(text)
                .orElseThrow(() -> refused(
                        name, "gelu, gelu_pytorch_tanh, gelu_new, gelu_fast, quick_gelu, silu, " + "relu or tanh"));
        return note(name, activation);
    }

    public Activation activation(String name, Activation missing) {
        return has(name) ? activation(name) : note(name, missing);
    }

    /** Refuses any other value of a number than the one that is supported. */
    public void requireOnly(String name, int supported) {
        if (has(name) && !(json.get(name).isInt() && json.get(name).asInt() == supported)) {
            throw refused(name, supported + " (nothing else is supported)");
        }
        note(name, supported);
    }

    /**
     * Refuses any other list than the one that is supported, where there is one. As there is no choice, it is no part
     * of the fingerprint.
     */
    public void requireOnly(String name, List<?> supported) {
        if (has(name) && !json.get(name).equals(JSON.valueToTree(supported))) {
            throw refused(name, JSON.valueToTree(supported) + " (nothing else is supported)");
        }
    }

    /** An error about a field: what was expected, and what is there. */
    public ModelLoadException refused(String name, String expected) {
        JsonNode value = json.get(name);
        return new ModelLoadException(
                file + ": " + path + name + ": expected " + expected + ", found " + (value == null ? "none" : value));
    }

    private JsonNode checked(String name, Predicate<JsonNode> test, String expected) {
        JsonNode value = json.get(name);
        if (value == null || !test.test(value)) {
            throw refused(name, expected);
        }
        return value;
    }

    private <T> T note(String name, T value) {
        if (record != null) {
            record.put(path + name, String.valueOf(value));
        }
        return value;
    }

    private static boolean isPositive(@Nullable JsonNode value) {
        return value != null && value.isInt() && value.asInt() > 0;
    }
}
