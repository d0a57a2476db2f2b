package dev.embedonce.vlm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/** What a chat template is given as the {@code content} of a message. Stateless and thread-safe. */
@FunctionalInterface
public interface MessageContent {
    /**
     * A list of parts, each with its {@code type}, and texts with their {@code text}: for templates that walk lists.
     */
    MessageContent PARTS = parts("image");

    /**
     * The content of one message.
     *
     * @param imagesBefore how many pictures the messages before this one have
     */
    Object of(ChatMessage message, int imagesBefore);

    /**
     * As {@link #PARTS}, for templates that call pictures otherwise.
     *
     * @param image the {@code type} of a picture
     */
    static MessageContent parts(String image) {
        return (message, imagesBefore) -> {
            List<Map<String, Object>> content = new ArrayList<>();
            for (ChatMessage.Part part : message.parts()) {
                content.add(
                        part instanceof ChatMessage.Text text
                                ? Map.of("type", "text", "text", text.text())
                                : Map.of("type", image));
            }
            return content;
        };
    }

    /**
     * One string, for templates that join strings: texts as they are, and a placeholder for each picture.
     *
     * @param placeholder of the k-th picture of the conversation, from 1 on
     */
    static MessageContent joined(IntFunction<String> placeholder) {
        return (message, imagesBefore) -> {
            StringBuilder content = new StringBuilder();
            int image = imagesBefore;
            for (ChatMessage.Part part : message.parts()) {
                content.append(part instanceof ChatMessage.Text text ? text.text() : placeholder.apply(++image));
            }
            return content.toString();
        };
    }
}
