package dev.embedonce.vlm.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.template.TemplateException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model writes that it calls a tool: a JSON object between two marks, such as {@code <tool_call>{"name":
 * "weather", "arguments": {"city": "Oslo"}}</tool_call>}. Other ways are not known here: without a mark of its own a
 * call cannot be told from text.
 *
 * @param open the mark before the object
 * @param close the mark after it
 * @param nameField the field with the tool's name
 * @param argumentsField the field with its arguments, an object
 */
public record ToolSyntax(String open, String close, String nameField, String argumentsField) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, ?> FINISHED = Map.of("add_generation_prompt", false);
    private static final String ANSWER = "\u2603";
    private static final String FIRST = "probe_first";
    private static final String SECOND = "probe_second";
    private static final Map<String, Object> ARGUMENTS = Map.of("probe_key", "probe_value");

    /**
     * What a template tells by how it renders conversations with calls; empty if it passes over tools, calls or their
     * answers, or writes calls in another way. No family is asked for by name.
     */
    public static Optional<ToolSyntax> of(PromptTemplate template) {
        ChatMessage user = ChatMessage.of("user", "Hi");
        ChatMessage calls = new ChatMessage(
                "assistant",
                List.of(),
                List.of(new ToolCall("probecal1", FIRST, ARGUMENTS), new ToolCall("probecal2", SECOND, ARGUMENTS)),
                Optional.empty());
        ChatMessage answer =
                new ChatMessage("tool", List.of(new ChatMessage.Text(ANSWER)), List.of(), Optional.of("probecal1"));
        Map<String, ?> tools = Map.of("tools", List.of(tool(FIRST), tool(SECOND)));
        try {
            if (!template.render(List.of(user), tools).contains(FIRST)
                    || !template.render(List.of(user, calls, answer), tools).contains(ANSWER)) {
                return Optional.empty();
            }
            return between(
                            template.render(List.of(user, calls), FINISHED),
                            template.render(List.of(user, ChatMessage.of("assistant", ANSWER)), FINISHED))
                    .flatMap(ToolSyntax::read);
        } catch (TemplateException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> tool(String name) {
        Map<String, Object> parameters = Map.of(
                "type", "object", "properties", Map.of("probe_key", Map.of("type", "string", "description", "a key")));
        return Map.of(
                "type",
                "function",
                "function",
                Map.of("name", name, "description", "a probe", "parameters", parameters));
    }

    /** What stands where the answer does in the other text. */
    private static Optional<String> between(String text, String withAnswer) {
        int at = withAnswer.lastIndexOf(ANSWER);
        if (at < 0) {
            return Optional.empty();
        }
        String before = withAnswer.substring(0, at);
        String after = withAnswer.substring(at + ANSWER.length());
        return text.startsWith(before) && text.endsWith(after) && before.length() + after.length() <= text.length()
                ? Optional.of(text.substring(before.length(), text.length() - after.length()))
                : Optional.empty();
    }

    /** Two calls, one after the other. */
    private static Optional<ToolSyntax> read(String calls) {
        Found first = find(calls, 0, FIRST);
        Found second = first == null ? null : find(calls, first.end, SECOND);
        if (first == null || second == null) {
            return Optional.empty();
        }
        String open = calls.substring(0, first.start).strip();
        String close = calls.substring(second.end).strip();
        String middle = calls.substring(first.end, second.start).strip();
        boolean marked = !open.isEmpty()
                && !close.isEmpty()
                && middle.length() >= close.length() + open.length()
                && middle.startsWith(close)
                && middle.endsWith(open)
                && middle.substring(close.length(), middle.length() - open.length())
                        .isBlank();
        return marked
                ? Optional.of(new ToolSyntax(open, close, first.nameField, first.argumentsField))
                : Optional.empty();
    }

    /** A call's object, from {@code start} to {@code end}. */
    private record Found(int start, int end, String nameField, String argumentsField) {}

    private static @Nullable Found find(String text, int from, String name) {
        for (int start = text.indexOf('{', from); start >= 0; start = text.indexOf('{', start + 1)) {
            Found found = findAt(text, start, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable Found findAt(String text, int start, String name) {
        try (JsonParser parser = JSON.createParser(text.substring(start))) {
            if (!(JSON.readTree(parser) instanceof ObjectNode object)) {
                return null;
            }
            String nameField = field(object, JSON.valueToTree(name));
            String argumentsField = field(object, JSON.valueToTree(ARGUMENTS));
            int end = start + (int) parser.currentLocation().getCharOffset();
            return nameField == null || argumentsField == null
                    ? null
                    : new Found(start, end, nameField, argumentsField);
        } catch (IOException e) {
            return null; // not the beginning of an object
        }
    }

    private static @Nullable String field(ObjectNode object, JsonNode value) {
        return object.properties().stream()
                .filter(entry -> entry.getValue().equals(value))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
