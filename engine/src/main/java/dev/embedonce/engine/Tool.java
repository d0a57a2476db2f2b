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
}
