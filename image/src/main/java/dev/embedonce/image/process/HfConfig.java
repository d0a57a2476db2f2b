package dev.embedonce.image.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.error.ModelLoadException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of one processor configuration. Every key that is read is remembered, so that those never read can be
 * refused at the end. JSON null counts as absent, as in transformers.
 */
final class HfConfig implements ProcessorFields {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String source;
    private final JsonNode root;
    private final Set<String> read = new TreeSet<>();

    HfConfig(String source, JsonNode root) {
        this.source = source;
        this.root = root;
        if (!root.isObject()) {
            throw new ModelLoadException(source + ": expected a JSON object");
        }
    }

    static JsonNode parse(String source, String json) {
        try {
            JsonNode node = JSON.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw new ModelLoadException(source + ": empty");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new ModelLoadException(source + ": not JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Nullable
    JsonNode get(String key) {
        read.add(key);
        JsonNode node = root.get(key);
        return node == null || node.isNull() ? null : node;
    }

    @Override
    public boolean flag(String key, boolean otherwise) {
        Boolean value = flag(key);
        return value == null ? otherwise : value;
    }

    @Nullable
    Boolean flag(String key) {
        JsonNode node = get(key);
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            throw wrong(key, "true or false", node);
        }
        return node.booleanValue();
    }

    @Nullable
    String text(String key) {
        JsonNode node = get(key);
        if (node == null) {
            return null;
        }
        if (!node.isTextual()) {
            throw wrong(key, "a text", node);
        }
        return node.textValue();
    }

    @Override
    public double number(String key, double otherwise) {
        JsonNode node = get(key);
        if (node == null) {
            return otherwise;
        }
        if (!node.isNumber()) {
            throw wrong(key, "a number", node);
        }
        return node.doubleValue();
    }

    @Override
    public int integer(String key, int otherwise) {
        JsonNode node = get(key);
        return node == null ? otherwise : integer(key, node);
    }

    int integer(String key, JsonNode node) {
        if (!node.canConvertToExactIntegral() || !node.canConvertToInt()) {
            throw wrong(key, "a whole number", node);
        }
        return node.intValue();
    }

    @Override
    public List<Double> channels(String key, List<Double> otherwise) {
        JsonNode node = get(key);
        if (node == null) {
            return otherwise;
        }
        if (node.isNumber()) {
            return List.of(node.doubleValue());
        }
        if (!node.isArray() || node.size() != PixelValues.CHANNELS) {
            throw wrong(key, "three numbers", node);
        }
        List<Double> values = new ArrayList<>();
        for (JsonNode value : node) {
            if (!value.isNumber()) {
                throw wrong(key, "three numbers", node);
            }
            values.add(value.doubleValue());
        }
        return values;
    }

    /** Declares keys that do not affect pixels. */
    void harmless(Set<String> keys) {
        read.addAll(keys);
    }

    /** Refuses {@code key} unless it is absent, false, or one of {@code allowed}. */
    void refuseUnless(String key, Set<String> allowed) {
        JsonNode node = get(key);
        if (node == null || (node.isBoolean() && !node.booleanValue())) {
            return;
        }
        if (!node.isTextual() || !allowed.contains(node.textValue())) {
            throw new ModelLoadException(source + ": setting \"" + key + "\": " + node + " is not supported");
        }
    }

    /** Refuses whatever has not been read, except nulls. */
    void refuseUnread() {
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            if (!read.contains(field.getKey()) && !field.getValue().isNull()) {
                throw new ModelLoadException(
                        source + ": unknown setting \"" + field.getKey() + "\": " + field.getValue());
            }
        }
    }

    ModelLoadException wrong(String key, String expected, JsonNode found) {
        return new ModelLoadException(source + ": \"" + key + "\": expected " + expected + ", found " + found);
    }

    @Override
    public String source() {
        return source;
    }
}
