package dev.embedonce.springai;

import dev.embedonce.engine.Tool;
import dev.embedonce.vlm.chat.ChatMessage;
import dev.embedonce.vlm.chat.ChatMessage.Part;
import dev.embedonce.vlm.chat.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage.ToolResponse;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.content.Media;
import org.springframework.ai.tool.definition.ToolDefinition;
import org.springframework.ai.util.JsonHelper;

/** Spring AI's messages, tools and calls as the engine has them, and calls back. */
final class Conversations {
    private static final JsonHelper JSON = new JsonHelper();

    private Conversations() {}

    /**
     * A message; the answers of several tools are several.
     *
     * @throws IllegalArgumentException naming what is not supported
     */
    static Stream<ChatMessage> messages(Message message) {
        if (message instanceof ToolResponseMessage tools) {
            return tools.getResponses().stream().map(Conversations::answer);
        }
        if (message instanceof AssistantMessage assistant) {
            List<ToolCall> calls =
                    assistant.getToolCalls().stream().map(Conversations::call).toList();
            return Stream.of(new ChatMessage(
                    "assistant", parts(assistant.getMedia(), assistant.getText()), calls, Optional.empty()));
        }
        if (message instanceof UserMessage user) {
            return Stream.of(new ChatMessage("user", parts(user.getMedia(), user.getText())));
        }
        if (message instanceof SystemMessage) {
            return Stream.of(new ChatMessage("system", parts(List.of(), message.getText())));
        }
        throw new IllegalArgumentException(
                "messages: " + message.getClass().getName() + " is not supported by this model");
    }

    private static List<Part> parts(List<Media> media, @Nullable String text) {
        List<Part> parts = new ArrayList<>();
        media.forEach(one -> parts.add(new ChatMessage.Image(Pictures.of(one))));
        if (text != null && !text.isEmpty()) {
            parts.add(new ChatMessage.Text(text));
        }
        return parts;
    }

    private static ChatMessage answer(ToolResponse response) {
        return new ChatMessage(
                "tool",
                parts(List.of(), response.responseData()),
                List.of(),
                Optional.of(id(response.id(), response.name())));
    }

    private static ToolCall call(AssistantMessage.ToolCall call) {
        Map<String, Object> arguments = call.arguments().isBlank()
                ? Map.of()
                : object("arguments of the tool " + call.name(), call.arguments());
        return new ToolCall(id(call.id(), call.name()), call.name(), arguments);
    }

    /** Some models give their calls no ids; a call is then known by its tool. */
    private static String id(@Nullable String id, String tool) {
        return id == null || id.isEmpty() ? tool : id;
    }

    static AssistantMessage.ToolCall call(ToolCall call) {
        return new AssistantMessage.ToolCall(call.id(), "function", call.name(), JSON.toJson(call.arguments()));
    }

    static Tool tool(ToolDefinition tool) {
        return Tool.function(
                tool.name(), tool.description(), object("input schema of the tool " + tool.name(), tool.inputSchema()));
    }

    private static Map<String, Object> object(String what, String json) {
        try {
            return JSON.fromJsonToMap(json);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(what + ": expected a JSON object", e);
        }
    }
}
