package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.engine.AnswerOptions;
import dev.embedonce.engine.Tool;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.JsonRequest;
import dev.embedonce.server.chat.ChatRequest;
import dev.embedonce.server.chat.ChatRequest.Turn;
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
 * @param stream whether the answer is streamed
 */
public record MessagesRequest(ChatRequest chat, boolean stream) {
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 256;

    /**
     * Reads a request.
     *
     * @throws ApiException if it cannot be answered as it asks
     */
    public static MessagesRequest parse(byte[] body, Limits limits) {
        JsonFields fields = JsonRequest.parse(body);
        String model = fields.requiredString("model");
        List<Turn> turns = new ArrayList<>();
        fields.raw("system").ifPresent(system -> turns.add(Turns.system(system)));
        int index = 0;
        for (JsonNode message : fields.requiredArray("messages", limits.messages())) {
            turns.addAll(Turns.of(JsonFields.of(message, "messages[" + index++ + "]")));
        }
        AnswerOptions wishes = wishes(fields);
        boolean stream = fields.flag("stream", false);
        List<Tool> tools = Tools.offered(fields);
        fields.refuse("thinking", "this server has no extended thinking", "{\"type\":\"disabled\"}");
        fields.refuse("container", "this server has no containers");
        fields.refuse("mcp_servers", "this server asks no others for tools", "[]");
        fields.refuse("output_config", "this server cannot promise any form of its answers", "{}");
        fields.refuse("inference_geo", "this server stands where it stands");
        fields.ignore(
                "metadata", "service_tier", "cache_control", "speed", "diagnostics", "user_profile_id", "workspace_id");
        fields.requireNoOthers();
        return new MessagesRequest(new ChatRequest(model, turns, wishes, tools), stream);
    }

    private static AnswerOptions wishes(JsonFields fields) {
        OptionalInt maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        if (maxTokens.isEmpty()) {
            throw fields.missing("max_tokens");
        }
        List<String> stops = fields.strings("stop_sequences", MOST_STOPS);
        if (stops.stream().anyMatch(stop -> stop.isEmpty() || stop.length() > LONGEST_STOP)) {
            throw fields.wrong("stop_sequences", "a stop sequence has 1 to " + LONGEST_STOP + " characters");
        }
        return new AnswerOptions(
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
}
