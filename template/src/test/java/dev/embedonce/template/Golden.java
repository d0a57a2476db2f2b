package dev.embedonce.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A rendering that Python made: {@code outcome} has either {@code output}, or {@code error} (its kind) and {@code
 * message}.
 *
 * @param name of the case, unique among all
 */
record Golden(String name, String source, Map<String, Object> variables, JsonNode outcome) {
    /** The cases of one file under {@code golden/}. */
    static Stream<Golden> of(String file) {
        JsonNode conversations = read("conversations.json");
        return elements(read(file)).flatMap(group -> cases(group, conversations));
    }

    private static JsonNode read(String file) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file), file)) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static Stream<Golden> cases(JsonNode group, JsonNode conversations) {
        String name = group.path("name").asText();
        return elements(group.path("cases")).map(one -> {
            Map<String, Object> variables = new LinkedHashMap<>();
            String conversation = one.path("conversation").asText();
            JsonNode given = conversation.isEmpty() ? group.path("variables") : conversations.path(conversation);
            given.properties().forEach(field -> variables.put(field.getKey(), field.getValue()));
            String source = one.path("source").asText(group.path("source").asText());
            return new Golden(name + ": " + (conversation.isEmpty() ? source : conversation), source, variables, one);
        });
    }

    @Override
    public String toString() {
        return name;
    }
}
