package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.chat.ChatRequest.Tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tools that Anthropic's requests offer: a client's own, which are made by its name, description and schema. */
final class Tools {
    private static final int MOST = 128;

    private Tools() {}

    /** What the model may call: nothing with a {@code tool_choice} of none. Cannot be made to call any. */
    static List<Tool> offered(JsonFields fields) {
        List<Tool> tools = new ArrayList<>();
        for (JsonNode tool : fields.array("tools", MOST)) {
            tools.add(tool(JsonFields.of(tool, "tools[" + tools.size() + "]")));
        }
        boolean none = fields.object("tool_choice")
                .map(choice -> {
                    String type = choice.requiredString("type");
                    if (!type.equals("auto") && !type.equals("none")) {
                        throw choice.unsupported("type", "this server cannot promise that a tool is called, or which");
                    }
                    choice.refuse(
                            "disable_parallel_tool_use",
                            "this server cannot promise that only one tool is called",
                            "false");
                    choice.requireNoOthers();
                    return type.equals("none");
                })
                .orElse(false);
        return none ? List.of() : tools;
    }

    private static Tool tool(JsonFields tool) {
        String type = tool.string("type").orElse("custom");
        if (!type.equals("custom")) {
            throw tool.unsupported("type", "this server has no tools of its own");
        }
        String name = tool.requiredString("name");
        if (!name.matches("[a-zA-Z0-9_-]{1,64}")) {
            throw tool.wrong("name", "expected 1 to 64 letters, digits, underscores or dashes");
        }
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("description", tool.string("description").orElse(""));
        function.put("parameters", tool.map("input_schema"));
        tool.refuse("strict", "this server cannot promise that arguments fit their schema", "false");
        tool.ignore("cache_control");
        tool.requireNoOthers();
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("type", "function");
        definition.put("function", function);
        return new Tool(name, definition);
    }
}
