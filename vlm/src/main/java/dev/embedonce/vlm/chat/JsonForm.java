package dev.embedonce.vlm.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object: <code>{"name": "weather", "arguments": {"city": "Oslo"}}</code>.
 *
 * @param nameField the field with the tool's name
 * @param argumentsField the field with its arguments, an object
 */
public record JsonForm(String nameField, String argumentsField) implements CallForm {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper WHOLE = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Override
    public Optional<Content> read(String text, Map<String, Map<String, Object>> tools) {
        try {
            JsonNode node = WHOLE.readTree(text);
            JsonNode name = node.path(nameField);
            JsonNode arguments = node.path(argumentsField);
            return name.isTextual() && tools.containsKey(name.textValue()) && arguments.isObject()
                    ? Optional.of(new Content(name.textValue(), map(arguments)))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> map(JsonNode object) {
        return WHOLE.convertValue(object, new TypeReference<>() {});
    }

    static @Nullable Found find(String text, int from, String tool, Map<String, String> arguments) {
        for (int start = text.indexOf('{', from); start >= 0; start = text.indexOf('{', start + 1)) {
            Found found = findAt(text, start, tool, arguments);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Found findAt(String text, int start, String tool, Map<String, String> arguments) {
        try (JsonParser parser = JSON.createParser(text.substring(start))) {
            if (!(JSON.readTree(parser) instanceof ObjectNode object)) {
                return null;
            }
            String nameField = field(object, JSON.valueToTree(tool));
            String argumentsField = field(object, JSON.valueToTree(arguments));
            int end = start + (int) parser.currentLocation().getCharOffset();
            return nameField == null || argumentsField == null
                    ? null
                    : new Found(start, end, new JsonForm(nameField, argumentsField));
        } catch (IOException e) {
            return null; // not the beginning of an object
        }
    }

    private static @Nullable String field(ObjectNode object, JsonNode value) {
        return object.properties().stream()
                .filter(entry -> entry.getValue().equals(value))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
