package dev.embedonce.vlm.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an assistant asks a tool for.
 *
 * @param id by which the tool's answer names it
 * @param arguments as JSON has them: strings, numbers, booleans, lists and maps
 */
public record ToolCall(String id, String name, Map<String, Object> arguments) {
    public ToolCall {
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /** As chat templates know it, in this order. */
    Map<String, Object> variable() {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", name);
        function.put("arguments", arguments);
        Map<String, Object> call = new LinkedHashMap<>();
        call.put("id", id);
        call.put("type", "function");
        call.put("function", function);
        return call;
    }
}
