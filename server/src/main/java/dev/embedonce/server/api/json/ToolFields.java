package dev.embedonce.server.api.json;

import dev.embedonce.server.chat.ChatRequest.Tool;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the APIs say of an offered tool alike: its name, description and schema. */
public final class ToolFields {
    private ToolFields() {}

    /**
     * Reads a tool.
     *
     * @param schema the field with the schema of its arguments
     */
    public static Tool read(JsonFields tool, String schema) {
        String name = tool.requiredString("name");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
            throw tool.wrong("name", "expected 1 to 64 letters, digits, underscores or dashes");
        }
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("description", tool.string("description").orElse(""));
        function.put("parameters", tool.map(schema));
        tool.refuse("strict", "this server cannot promise that arguments fit their schema", "false");
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("type", "function");
        definition.put("function", function);
        return new Tool(name, definition);
    }
}
