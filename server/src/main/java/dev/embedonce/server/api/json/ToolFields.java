package dev.embedonce.server.api.json;

import dev.embedonce.engine.Tool;
import java.util.Map;

/** The fields of an offered tool that both APIs have: its name, description and schema. */
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
        String description = tool.string("description").orElse("");
        Map<String, Object> parameters = tool.map(schema);
        tool.refuse("strict", "this server cannot promise that arguments fit their schema", "false");
        return Tool.function(name, description, parameters);
    }
}
