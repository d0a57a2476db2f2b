package dev.embedonce.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that the model may call.
 *
 * @param definition as OpenAI's API and chat templates have it
 */
public record Tool(String name, Map<String, Object> definition) {
    /**
     * A function.
     *
     * @param description for the model
     * @param parameters the JSON schema of its arguments, as lists and maps
     */
    public static Tool function(String name, String description, Map<String, Object> parameters) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("description", description);
        function.put("parameters", parameters);
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("type", "function");
        definition.put("function", function);
        return new Tool(name, definition);
    }

    /** The JSON schema of its arguments, as the definition has it; empty if it has none. */
    Map<String, Object> parameters() {
        Object function = definition.get("function");
        Object schema = function instanceof Map<?, ?> map ? map.get("parameters") : null;
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (schema instanceof Map<?, ?> map) {
            map.forEach((key, value) -> parameters.put(String.valueOf(key), value));
        }
        return parameters;
    }
}
