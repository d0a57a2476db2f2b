package dev.embedonce.server.api.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.http.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The fields of a JSON object, each read once with its type; fields that nobody asked for are refused at the end. A
 * field that is null counts as absent. Every method throws an {@link ApiException} that names the field. Not
 * thread-safe.
 */
public final class JsonFields {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ObjectNode node;
    private final String path;
    private final Set<String> asked = new HashSet<>();

    JsonFields(ObjectNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /**
     * The fields of an object inside another.
     *
     * @param path where it is in the request
     */
    public static JsonFields of(JsonNode value, String path) {
        if (value instanceof ObjectNode object) {
            return new JsonFields(object, path);
        }
        throw ApiException.invalid(path, "expected an object");
    }

    /** The path of a field, such as {@code messages[0].content}. */
    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** A field as it is. */
    public Optional<JsonNode> raw(String name) {
        asked.add(name);
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    public ApiException missing(String name) {
        return ApiException.invalid(path(name), "missing_required_parameter", "is required");
    }

    public ApiException wrong(String name, String problem) {
        return ApiException.invalid(path(name), problem);
    }

    /** The error for a field that is understood but not supported. */
    public ApiException unsupported(String name, String reason) {
        return ApiException.invalid(path(name), "unsupported_parameter", reason);
    }

    public Optional<String> string(String name) {
        return raw(name).map(value -> {
            if (!value.isTextual()) {
                throw wrong(name, "expected a string");
            }
            return value.textValue();
        });
    }

    public String requiredString(String name) {
        return string(name).orElseThrow(() -> missing(name));
    }

    /** A string that is one of these words. */
    public Optional<String> word(String name, String... words) {
        return string(name).map(value -> {
            if (!List.of(words).contains(value)) {
                throw wrong(name, "expected one of " + String.join(", ", words));
            }
            return value;
        });
    }

    public boolean flag(String name, boolean otherwise) {
        return raw(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(name, "expected true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    public OptionalInt integer(String name, int least, int most) {
        OptionalLong value = whole(name, least, most);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    public OptionalLong whole(String name, long least, long most) {
        Optional<JsonNode> value = raw(name);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!value.get().isIntegralNumber()
                || !value.get().canConvertToLong()
                || value.get().longValue() < least
                || value.get().longValue() > most) {
            throw wrong(name, "expected a whole number from " + least + " to " + most);
        }
        return OptionalLong.of(value.get().longValue());
    }

    public OptionalDouble number(String name, double least, double most) {
        Optional<JsonNode> value = raw(name);
        if (value.isEmpty()) {
            return OptionalDouble.empty();
        }
        double number = value.get().doubleValue();
        if (!value.get().isNumber() || !(number >= least && number <= most)) {
            throw wrong(name, "expected a number from " + least + " to " + most);
        }
        return OptionalDouble.of(number);
    }

    /** A string, or an array of at most {@code most} strings; empty if absent. */
    public List<String> strings(String name, int most) {
        Optional<JsonNode> value = raw(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get().isTextual()) {
            return List.of(value.get().textValue());
        }
        if (!value.get().isArray() || value.get().size() > most) {
            throw wrong(name, "expected a string, or at most " + most + " strings");
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode item : value.get()) {
            if (!item.isTextual()) {
                throw wrong(name, "expected strings");
            }
            strings.add(item.textValue());
        }
        return strings;
    }

    /** An array of 1 to {@code most} elements. */
    public List<JsonNode> requiredArray(String name, int most) {
        JsonNode value = raw(name).orElseThrow(() -> missing(name));
        if (!value.isArray() || value.isEmpty()) {
            throw wrong(name, "expected an array with at least one element");
        }
        if (value.size() > most) {
            throw wrong(name, "has " + value.size() + " elements; at most " + most + " are possible here");
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return items;
    }

    /** An array of at most {@code most} elements; empty if absent. */
    public List<JsonNode> array(String name, int most) {
        Optional<JsonNode> value = raw(name);
        return value.isEmpty() || (value.get().isArray() && value.get().isEmpty())
                ? List.of()
                : requiredArray(name, most);
    }

    public Optional<JsonFields> object(String name) {
        return raw(name).map(value -> of(value, path(name)));
    }

    /** An object of any content; empty if absent. */
    public Map<String, Object> map(String name) {
        return raw(name)
                .map(value -> {
                    if (!value.isObject()) {
                        throw wrong(name, "expected an object");
                    }
                    return of(value, path(name)).asMap();
                })
                .orElse(Map.of());
    }

    /** All fields that are not null, whatever they are. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            asked.add(entry.getKey());
            if (!entry.getValue().isNull()) {
                map.put(entry.getKey(), JSON.convertValue(entry.getValue(), Object.class));
            }
        });
        return map;
    }

    /** Accepts fields that have no effect here, whatever their values. */
    public void ignore(String... names) {
        asked.addAll(List.of(names));
    }

    /**
     * Refuses a field that would change the answer in a way that this server does not support.
     *
     * @param harmless values with which it would change nothing, as JSON
     */
    public void refuse(String name, String reason, String... harmless) {
        raw(name).ifPresent(value -> {
            if (!List.of(harmless).contains(value.toString())) {
                throw unsupported(name, reason);
            }
        });
    }

    /** Refuses the fields that nobody has asked for. */
    public void requireNoOthers() {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!asked.contains(name)) {
                String shown = name.length() <= 64 ? name : name.substring(0, 64) + "...";
                throw ApiException.invalid(path(shown), "unknown_parameter", "this server does not know this field");
            }
        }
    }
}
