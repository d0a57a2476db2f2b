package dev.embedonce.server.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.engine.Tool;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.JsonRequest;
import dev.embedonce.server.api.json.ToolFields;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.vlm.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tools in OpenAI's requests: what is offered, and what was called before. */
final class Tools {
    private static final int MOST = 128;
    private static final int MOST_CALLS = 128;

    private Tools() {}

    /** What the model may call: nothing with a {@code tool_choice} of none. A choice that forces a call is refused. */
    static List<Tool> offered(JsonFields fields) {
        List<Tool> tools = new ArrayList<>();
        for (JsonNode tool : fields.array("tools", MOST)) {
            tools.add(tool(JsonFields.of(tool, "tools[" + tools.size() + "]")));
        }
        fields.refuse(
                "tool_choice", "this server cannot promise that a tool is called, or which", "\"none\"", "\"auto\"");
        if (!tools.isEmpty()) {
            fields.refuse("parallel_tool_calls", "this server cannot promise that only one tool is called", "true");
        }
        boolean none = fields.raw("tool_choice")
                .filter(choice -> choice.asText().equals("none"))
                .isPresent();
        return none ? List.of() : tools;
    }

    private static void requireFunction(JsonFields fields) {
        if (fields.word("type", "function").isEmpty()) {
            throw fields.missing("type");
        }
    }

    private static Tool tool(JsonFields tool) {
        requireFunction(tool);
        JsonFields function = tool.object("function").orElseThrow(() -> tool.missing("function"));
        tool.requireNoOthers();
        Tool read = ToolFields.read(function, "parameters");
        function.requireNoOthers();
        return read;
    }

    /** The calls in an assistant's message. */
    static List<ToolCall> calls(JsonFields message) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : message.array("tool_calls", MOST_CALLS)) {
            calls.add(call(JsonFields.of(call, message.path("tool_calls[" + calls.size() + "]"))));
        }
        return calls;
    }

    private static ToolCall call(JsonFields call) {
        String id = call.requiredString("id");
        requireFunction(call);
        call.ignore("index");
        JsonFields function = call.object("function").orElseThrow(() -> call.missing("function"));
        call.requireNoOthers();
        String name = function.requiredString("name");
        Map<String, Object> arguments = arguments(function);
        function.requireNoOthers();
        return new ToolCall(id, name, arguments);
    }

    private static Map<String, Object> arguments(JsonFields function) {
        String text = function.requiredString("arguments");
        try {
            return JsonRequest.parse(text).asMap();
        } catch (ApiException e) {
            throw function.wrong("arguments", "expected a JSON object as a string");
        }
    }
}
