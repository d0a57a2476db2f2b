package dev.embedonce.vlm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or what else the template knows
 * @param parts text and pictures in order
 * @param toolCalls what the assistant asks tools for, after its text
 * @param answeredCall the id of the call that this is the tool's answer to, if it is one
 */
public record ChatMessage(String role, List<Part> parts, List<ToolCall> toolCalls, Optional<String> answeredCall) {
    public ChatMessage {
        parts = List.copyOf(parts);
        toolCalls = List.copyOf(toolCalls);
    }

    /** A message without tools. */
    public ChatMessage(String role, List<Part> parts) {
        this(role, parts, List.of(), Optional.empty());
    }

    /** A piece of a message. */
    public sealed interface Part {}

    /** Some text. */
    public record Text(String text) implements Part {}

    /** A picture: its encoded bytes, not to be changed any more. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Image(byte[] encoded) implements Part {}

    /** A message of text alone. */
    public static ChatMessage of(String role, String text) {
        return new ChatMessage(role, List.of(new Text(text)));
    }

    /** What a user says: pictures, then text. */
    public static ChatMessage user(List<byte[]> images, String text) {
        List<Part> parts = new ArrayList<>();
        images.forEach(image -> parts.add(new Image(image)));
        parts.add(new Text(text));
        return new ChatMessage("user", parts);
    }

    /** The pictures of a conversation, in order. */
    public static List<byte[]> images(List<ChatMessage> messages) {
        return messages.stream()
                .flatMap(message -> message.parts.stream())
                .filter(Image.class::isInstance)
                .map(part -> ((Image) part).encoded)
                .toList();
    }
}
