package dev.embedonce.server.chat;

import dev.embedonce.engine.AnswerOptions;
import dev.embedonce.engine.Tool;
import dev.embedonce.vlm.chat.ToolCall;
import java.util.List;
import java.util.Optional;

/**
 * What a client asks of a model, whatever its API.
 *
 * @param model its name
 * @param tools that the model may call
 */
public record ChatRequest(String model, List<Turn> turns, AnswerOptions wishes, List<Tool> tools) {
    public ChatRequest {
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
    }

    /**
     * One message of a conversation.
     *
     * @param toolCalls made by an assistant
     * @param answeredCall the id of the call whose result this is, if it is one
     */
    public record Turn(String role, List<Part> parts, List<ToolCall> toolCalls, Optional<String> answeredCall) {
        public Turn {
            parts = List.copyOf(parts);
            toolCalls = List.copyOf(toolCalls);
        }

        /** A turn without tools. */
        public Turn(String role, List<Part> parts) {
            this(role, parts, List.of(), Optional.empty());
        }

        boolean hasTools() {
            return !toolCalls.isEmpty() || answeredCall.isPresent();
        }
    }

    /** A part of a message. */
    public sealed interface Part {}

    /** Some text. */
    public record Text(String text) implements Part {}

    /**
     * A picture.
     *
     * @param where it is in the request, for errors
     */
    public record Image(ImageReference reference, String where) implements Part {}

    /** Whether tools are offered, or were called before. */
    public boolean hasTools() {
        return !tools.isEmpty() || turns.stream().anyMatch(Turn::hasTools);
    }

    /** The pictures, in order. */
    public List<Image> images() {
        return turns.stream()
                .flatMap(turn -> turn.parts.stream())
                .filter(Image.class::isInstance)
                .map(Image.class::cast)
                .toList();
    }
}
