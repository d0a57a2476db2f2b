package dev.embedonce.server.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.embedonce.engine.AnswerOptions;
import dev.embedonce.engine.Tool;
import dev.embedonce.server.api.json.JsonFields;
import dev.embedonce.server.api.json.JsonRequest;
import dev.embedonce.server.chat.ChatRequest;
import dev.embedonce.server.chat.ChatRequest.Part;
import dev.embedonce.server.chat.ChatRequest.Turn;
import dev.embedonce.server.chat.ImageReference;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A request to {@code /v1/chat/completions}.
 *
 * @param stream whether the answer is streamed
 * @param usageInStream whether the last chunk has the numbers of tokens
 * @param logprobs whether tokens' probabilities are wanted
 */
public record ChatCompletionRequest(ChatRequest chat, boolean stream, boolean usageInStream, boolean logprobs) {
    private static final int MOST_STOPS = 16;
    private static final int MOST_LIKELIEST = 20;
    private static final int LONGEST_STOP = 256;
    private static final String OLD_TOOLS = "functions are called tools by now; this server takes tools";

    /**
     * Reads a request.
     *
     * @throws ApiException if it cannot be answered as it asks
     */
    public static ChatCompletionRequest parse(byte[] body, Limits limits) {
        JsonFields fields = JsonRequest.parse(body);
        String model = fields.requiredString("model");
        List<Turn> turns = turns(fields, limits);
        boolean stream = fields.flag("stream", false);
        boolean usage = fields.object("stream_options")
                .map(options -> {
                    boolean include = options.flag("include_usage", false);
                    options.ignore("include_obfuscation");
                    options.requireNoOthers();
                    return include;
                })
                .orElse(false);
        boolean logprobs = fields.flag("logprobs", false);
        AnswerOptions wishes = wishes(fields, limits, logprobs);
        List<Tool> tools = Tools.offered(fields);
        refuse(fields);
        fields.ignore(
                "user",
                "metadata",
                "store",
                "service_tier",
                "safety_identifier",
                "prompt_cache_key",
                "prompt_cache_retention",
                "prompt_cache_options",
                "parallel_tool_calls",
                "reasoning_effort",
                "verbosity");
        fields.requireNoOthers();
        return new ChatCompletionRequest(new ChatRequest(model, turns, wishes, tools), stream, usage, logprobs);
    }

    private static void refuse(JsonFields fields) {
        fields.refuse("functions", OLD_TOOLS, "[]");
        fields.refuse("function_call", OLD_TOOLS, "\"none\"", "\"auto\"");
        fields.refuse("logit_bias", "this server does not bias tokens", "{}");
        fields.refuse("modalities", "this server writes text only", "[\"text\"]");
        fields.refuse("moderation", "this server does not moderate");
        fields.refuse("audio", "this server writes text only");
        fields.refuse("prediction", "this server takes no predictions");
        fields.refuse("web_search_options", "this server searches nothing");
        fields.refuse(
                "response_format",
                "this server cannot promise any form of its answers but text",
                "{\"type\":\"text\"}");
    }

    private static AnswerOptions wishes(JsonFields fields, Limits limits, boolean logprobs) {
        OptionalInt newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        OptionalInt older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        List<String> stops = fields.strings("stop", MOST_STOPS);
        if (stops.stream().anyMatch(stop -> stop.isEmpty() || stop.length() > LONGEST_STOP)) {
            throw fields.wrong("stop", "a stop string has 1 to " + LONGEST_STOP + " characters");
        }
        OptionalInt likeliest = fields.integer("top_logprobs", 0, MOST_LIKELIEST);
        if (likeliest.isPresent() && !logprobs) {
            throw fields.wrong("top_logprobs", "needs logprobs: true");
        }
        return new AnswerOptions(
                newer.isPresent() ? newer : older,
                fields.number("temperature", 0, 2),
                fields.number("top_p", 1e-6, 1),
                fields.integer("top_k", 0, Integer.MAX_VALUE),
                fields.number("min_p", 0, 1),
                fields.number("repetition_penalty", 0.01, 100),
                fields.number("frequency_penalty", -2, 2),
                fields.number("presence_penalty", -2, 2),
                fields.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                stops,
                fields.integer("n", 1, limits.choices()).orElse(1),
                logprobs ? OptionalInt.of(likeliest.orElse(0)) : OptionalInt.empty(),
                fields.map("chat_template_kwargs"));
    }

    private static List<Turn> turns(JsonFields fields, Limits limits) {
        List<Turn> turns = new ArrayList<>();
        for (JsonNode message : fields.requiredArray("messages", limits.messages())) {
            turns.add(turn(JsonFields.of(message, "messages[" + turns.size() + "]")));
        }
        return turns;
    }

    private static Turn turn(JsonFields message) {
        message.refuse("function_call", OLD_TOOLS);
        message.refuse("audio", "this server reads no sound");
        message.ignore("name", "refusal", "reasoning_content", "annotations");
        String role = message.requiredString("role");
        switch (role) {
            case "system", "user", "assistant", "tool" -> {}
            case "developer" -> role = "system";
            case "function" -> throw ApiException.invalid(message.path("role"), "unsupported_parameter", OLD_TOOLS);
            default -> throw message.wrong("role", "expected system, developer, user, assistant or tool");
        }
        List<ToolCall> calls = role.equals("assistant") ? Tools.calls(message) : List.of();
        Optional<String> answered =
                role.equals("tool") ? Optional.of(message.requiredString("tool_call_id")) : Optional.empty();
        Optional<JsonNode> content = message.raw("content");
        if (content.isEmpty() && calls.isEmpty()) {
            throw message.missing("content");
        }
        message.requireNoOthers();
        List<Part> parts =
                content.map(value -> parts(value, message.path("content"))).orElse(List.of());
        return new Turn(role, parts, calls, answered);
    }

    private static List<Part> parts(JsonNode content, String where) {
        if (content.isTextual()) {
            return List.of(new ChatRequest.Text(content.textValue()));
        }
        if (!content.isArray() || content.isEmpty()) {
            throw ApiException.invalid(where, "expected a string, or an array of parts");
        }
        List<Part> parts = new ArrayList<>();
        for (JsonNode part : content) {
            parts.add(part(JsonFields.of(part, where + "[" + parts.size() + "]")));
        }
        return parts;
    }

    private static Part part(JsonFields part) {
        String type = part.requiredString("type");
        Part read = switch (type) {
            case "text" -> new ChatRequest.Text(part.requiredString("text"));
            case "image_url" -> image(part);
            default -> throw part.wrong("type", "expected text or image_url");
        };
        part.requireNoOthers();
        return read;
    }

    private static Part image(JsonFields part) {
        JsonNode value = part.raw("image_url").orElseThrow(() -> part.missing("image_url"));
        if (value.isTextual()) {
            String where = part.path("image_url");
            return new ChatRequest.Image(ImageReference.parse(value.textValue(), where), where);
        }
        JsonFields image = JsonFields.of(value, part.path("image_url"));
        image.word("detail", "auto", "low", "high");
        String where = image.path("url");
        ImageReference reference = ImageReference.parse(image.requiredString("url"), where);
        image.requireNoOthers();
        return new ChatRequest.Image(reference, where);
    }
}
