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

/**
 * A rendering that Python made: {@code outcome} has either {@code output}, or {@code error} (its kind) and {@code message}.
 *
 * @param name of the case, unique among all
 */
record Golden(String name, String source, Map<String, Object> variables, JsonNode outcome) {
    /** The cases of one file under {@code golden/}. */
    static Stream<Golden> of(String file) {
        try (InputStream in = Objects.requireNonNull(Golden.class.getResourceAsStream("/golden/" + file), file)) {
            return new ObjectMapper().readTree(in).valueStream().flatMap(Golden::group).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Golden> group(JsonNode group) {
        String name = group.path("name").asText();
        return group.path("cases").valueStream().map(one -> {
            Map<String, Object> variables = new LinkedHashMap<>();
            group.path("variables").properties().forEach(field -> variables.put(field.getKey(), field.getValue()));
            one.path("variables").properties().forEach(field -> variables.put(field.getKey(), field.getValue()));
            String source = one.path("source").asText(group.path("source").asText());
            String label = one.path("conversation").asText(source);
            return new Golden(name + ": " + label, source, variables, one);
        });
    }

    @Override
    public String toString() {
        return name;
    }
}
