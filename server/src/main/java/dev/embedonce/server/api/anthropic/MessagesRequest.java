package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.JsonRequest;
import dev.embedonce.server.chat.AnswerWishes;
import dev.embedonce.server.chat.ChatRequest;
import dev.embedonce.server.chat.ChatRequest.Part;
import dev.embedonce.server.chat.ChatRequest.Turn;
import dev.embedonce.server.chat.ImageReference;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.security.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A request to {@code /v1/messages}.
 *
 * @param stream whether the answer comes in pieces
 */
public record MessagesRequest(ChatRequest chat, boolean stream) {
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 256;
    private static final String NO_TOOLS = "this server does not call tools";

    /**
     * Reads a request.
     *
     * @throws ApiException if it is not one that can be answered as it asks
     */
    public static MessagesRequest parse(byte[] body, Limits limits) {
        JsonFields fields = JsonRequest.parse(body);
        String model = fields.requiredString("model");
        List<Turn> turns = new ArrayList<>();
        fields.raw("system").ifPresent(system -> turns.add(new Turn("system", texts(system, "system"))));
        int index = 0;
        for (JsonNode message : fields.requiredArray("messages", limits.messages())) {
            turns.add(turn(JsonFields.of(message, "messages[" + index++ + "]")));
        }
        AnswerWishes wishes = wishes(fields);
        boolean stream = fields.flag("stream", false);
        fields.refuse("tools", NO_TOOLS, "[]");
        fields.refuse("tool_choice", NO_TOOLS, "{\"type\":\"none\"}");
        fields.refuse("thinking", "this server has no extended thinking", "{\"type\":\"disabled\"}");
        fields.refuse("container", "this server has no containers");
        fields.refuse("mcp_servers", NO_TOOLS, "[]");
        fields.refuse("output_config", "this server cannot promise any form of its answers", "{}");
        fields.refuse("inference_geo", "this server stands where it stands");
        fields.ignore(
                "metadata", "service_tier", "cache_control", "speed", "diagnostics", "user_profile_id", "workspace_id");
        fields.requireNoOthers();
        return new MessagesRequest(new ChatRequest(model, turns, wishes), stream);
    }

    private static AnswerWishes wishes(JsonFields fields) {
        OptionalInt maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        if (maxTokens.isEmpty()) {
            throw fields.missing("max_tokens");
        }
        List<String> stops = fields.strings("stop_sequences", MOST_STOPS);
        if (stops.stream().anyMatch(stop -> stop.isEmpty() || stop.length() > LONGEST_STOP)) {
            throw fields.wrong("stop_sequences", "a stop sequence has 1 to " + LONGEST_STOP + " characters");
        }
        return new AnswerWishes(
                maxTokens,
                fields.number("temperature", 0, 1),
                fields.number("top_p", 1e-6, 1),
                fields.integer("top_k", 0, Integer.MAX_VALUE),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                stops,
                1,
                OptionalInt.empty(),
                Map.of());
    }

    private static Turn turn(JsonFields message) {
        String role = message.word("role", "user", "assistant").orElseThrow(() -> message.missing("role"));
        JsonNode content = message.raw("content").orElseThrow(() -> message.missing("content"));
        message.requireNoOthers();
        return new Turn(role, parts(content, message.path("content"), true));
    }

    private static List<Part> texts(JsonNode content, String where) {
        return parts(content, where, false);
    }

    private static List<Part> parts(JsonNode content, String where, boolean images) {
        if (content.isTextual()) {
            return List.of(new ChatRequest.Text(content.textValue()));
        }
        if (!content.isArray() || content.isEmpty()) {
            throw ApiException.invalid(where, "expected a string, or an array of blocks");
        }
        List<Part> parts = new ArrayList<>();
        for (JsonNode block : content) {
            parts.add(part(JsonFields.of(block, where + "[" + parts.size() + "]"), images));
        }
        return parts;
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
