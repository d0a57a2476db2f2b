package dev.embedonce.langchain4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.embedonce.engine.Tool;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.ChatMessage.Part;
import dev.embedonce.vlm.chat.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** LangChain4j's messages, tools and calls as the engine has them, and calls back. */
final class Conversations {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private Conversations() {}

    static ChatMessage message(dev.langchain4j.data.message.ChatMessage message) {
        if (message instanceof SystemMessage system) {
            return ChatMessage.of("system", system.text());
        }
        if (message instanceof UserMessage user) {
            if (user.name() != null) {
                throw new UnsupportedFeatureException("the name of a user message is not supported");
            }
            return new ChatMessage("user", parts(user.contents()));
        }
        if (message instanceof AiMessage ai) {
            List<Part> text = ai.text() == null ? List.of() : List.of(new ChatMessage.Text(ai.text()));
            List<ToolCall> calls =
                    ai.toolExecutionRequests().stream().map(Conversations::call).toList();
            return new ChatMessage("assistant", text, calls, Optional.empty());
        }
        if (message instanceof ToolExecutionResultMessage result) {
            return new ChatMessage(
                    "tool", parts(result.contents()), List.of(), Optional.of(id(result.id(), result.toolName())));
        }
        throw new UnsupportedFeatureException("messages of type " + message.type() + " are not supported");
    }

    private static List<Part> parts(List<Content> contents) {
        return contents.stream().map(Conversations::part).toList();
    }

    private static Part part(Content content) {
        if (content instanceof TextContent text) {
            return new ChatMessage.Text(text.text());
        }
        if (content instanceof ImageContent image) {
            return new ChatMessage.Image(Pictures.of(image.image()).encoded());
        }
        throw new UnsupportedFeatureException("content of type " + content.type() + " is not supported");
    }

    private static ToolCall call(ToolExecutionRequest request) {
        String arguments = request.arguments();
        return new ToolCall(
                id(request.id(), request.name()),
                request.name(),
                arguments == null || arguments.isBlank()
                        ? Map.of()
                        : object("arguments of the tool " + request.name(), arguments));
    }

    /** Some models give their calls no ids; a call is then known by its tool. */
    private static String id(@Nullable String id, String tool) {
        return id == null ? tool : id;
    }

    static ToolExecutionRequest request(ToolCall call) {
        try {
            return ToolExecutionRequest.builder()
                    .id(call.id())
                    .name(call.name())
                    .arguments(JSON.writeValueAsString(call.arguments()))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was JSON can be written as JSON", e);
        }
    }

    static Tool tool(ToolSpecification specification) {
        Map<String, Object> json = object("tool " + specification.name(), specification.toJson());
        return Tool.function(
                specification.name(),
                specification.description() == null ? "" : specification.description(),
                json.get("parameters") instanceof Map<?, ?> parameters
                        ? JSON.convertValue(parameters, OBJECT)
                        : Map.of("type", "object", "properties", Map.of()));
    }

    private static Map<String, Object> object(String what, String json) {
        try {
            Map<String, Object> object = JSON.readValue(json, OBJECT);
            if (object != null) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException(what + ": no JSON object: " + e.getOriginalMessage(), e);
        }
        throw new InvalidRequestException(what + ": no JSON object but null");
    }
}
