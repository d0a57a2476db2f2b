package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.chat.ChatRequest;
import dev.embedonce.server.chat.ChatRequest.Part;
import dev.embedonce.server.chat.ChatRequest.Turn;
import dev.embedonce.server.chat.ImageReference;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.vlm.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The messages of Anthropic's requests. A user's message with tool results becomes one turn for each result and one for
 * the rest, as chat templates expect it.
 */
final class Turns {
    private Turns() {}

    /** The turns of a message. */
    static List<Turn> of(JsonFields message) {
        String role = message.word("role", "user", "assistant").orElseThrow(() -> message.missing("role"));
        JsonNode content = message.raw("content").orElseThrow(() -> message.missing("content"));
        message.requireNoOthers();
        List<Turn> turns = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        List<ToolCall> calls = new ArrayList<>();
        for (JsonFields block : blocks(content, message.path("content"))) {
            switch (block.requiredString("type")) {
                case "tool_use" -> calls.add(call(block, role));
                case "tool_result" -> turns.add(result(block, role));
                default -> parts.add(part(block, true));
            }
        }
        if (!parts.isEmpty() || !calls.isEmpty()) {
            turns.add(new Turn(role, parts, calls, Optional.empty()));
        }
        return turns;
    }

    /** A system prompt: texts only. */
    static Turn system(JsonNode content) {
        return new Turn("system", parts(content, "system", false));
    }

    private static List<JsonFields> blocks(JsonNode content, String where) {
        JsonNode array = content;
        if (content.isTextual()) {
            ArrayNode one = JsonNodeFactory.instance.arrayNode();
            one.addObject().put("type", "text").set("text", content);
            array = one;
        }
        if (!array.isArray() || array.isEmpty()) {
            throw ApiException.invalid(where, "expected a string, or an array of blocks");
        }
        List<JsonFields> blocks = new ArrayList<>();
        for (JsonNode block : array) {
            blocks.add(JsonFields.of(block, where + "[" + blocks.size() + "]"));
        }
        return blocks;
    }

    private static List<Part> parts(JsonNode content, String where, boolean images) {
        return blocks(content, where).stream().map(block -> part(block, images)).toList();
    }

    private static ToolCall call(JsonFields block, String role) {
        if (!role.equals("assistant")) {
            throw block.wrong("type", "only an assistant uses tools");
        }
        ToolCall call = new ToolCall(block.requiredString("id"), block.requiredString("name"), block.map("input"));
        block.ignore("cache_control", "caller");
        block.requireNoOthers();
        return call;
    }

    private static Turn result(JsonFields block, String role) {
        if (!role.equals("user")) {
            throw block.wrong("type", "only a user has results of tools");
        }
        String call = block.requiredString("tool_use_id");
        List<Part> parts = block.raw("content")
                .filter(content -> !content.isArray() || !content.isEmpty())
                .map(content -> parts(content, block.path("content"), true))
                .orElse(List.of());
        block.flag("is_error", false); // an error is part of the content too: chat templates have no field for it
        block.ignore("cache_control");
        block.requireNoOthers();
        return new Turn("tool", parts, List.of(), Optional.of(call));
    }

    private static Part part(JsonFields block, boolean images) {
        block.ignore("cache_control", "citations");
        String type = block.requiredString("type");
        Part part;
        if (type.equals("text")) {
            part = new ChatRequest.Text(block.requiredString("text"));
        } else if (type.equals("image") && images) {
            part = image(block.object("source").orElseThrow(() -> block.missing("source")));
        } else {
            throw block.wrong("type", images ? "expected text or image" : "expected text");
        }
        block.requireNoOthers();
        return part;
    }

    private static Part image(JsonFields source) {
        String type = source.word("type", "base64", "url").orElseThrow(() -> source.missing("type"));
        String name = type.equals("url") ? "url" : "data";
        String where = source.path(name);
        ImageReference reference;
        if (type.equals("url")) {
            reference = ImageReference.parse(source.requiredString("url"), where);
        } else {
            if (source.word("media_type", "image/jpeg", "image/png", "image/gif", "image/webp")
                    .isEmpty()) {
                throw source.missing("media_type");
            }
            reference = ImageReference.base64(source.requiredString("data"), where);
        }
        source.requireNoOthers();
        return new ChatRequest.Image(reference, where);
    }
}
