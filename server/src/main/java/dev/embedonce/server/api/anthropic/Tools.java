package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.engine.Tool;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.ToolFields;
import java.util.ArrayList;
import java.util.List;

/** Tools that Anthropic's requests offer: the client's own, each with a name, a description and a schema. */
final class Tools {
    private static final int MOST = 128;

    private Tools() {}

    /** What the model may call: nothing with a {@code tool_choice} of none. A choice that forces a call is refused. */
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
        Tool read = ToolFields.read(tool, "input_schema");
        tool.ignore("cache_control");
        tool.requireNoOthers();
        return read;
    }
}
