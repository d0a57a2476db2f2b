package dev.embedonce.vlm.chat;

import dev.embedonce.template.TemplateException;
import dev.embedonce.vlm.chat.CallForm.Found;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a model writes that it calls a tool: between two marks, such as {@code <tool_call>{"name": "weather",
 * "arguments": {"city": "Oslo"}}</tool_call>}. Without marks of its own a call cannot be told from text.
 *
 * @param open the mark before a call
 * @param close the mark after it
 * @param form what stands between them
 */
public record ToolSyntax(String open, String close, CallForm form) {
    private static final Map<String, ?> FINISHED = Map.of("add_generation_prompt", false);
    private static final String ANSWER = "\u2603";
    private static final String FIRST = "probe_first";
    private static final String SECOND = "probe_second";
    private static final String KEY = "probe_key";
    private static final String VALUE = "probe_value";
    private static final Map<String, Object> ARGUMENTS = Map.of(KEY, VALUE);

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
            return behind(
                            template.render(List.of(user, calls), FINISHED),
                            template.render(List.of(user, ChatMessage.of("assistant", ANSWER)), FINISHED))
                    .flatMap(ToolSyntax::read);
        } catch (TemplateException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Object> tool(String name) {
        Map<String, Object> parameters =
                Map.of("type", "object", "properties", Map.of(KEY, Map.of("type", "string", "description", "a key")));
        return Map.of(
                "type",
                "function",
                "function",
                Map.of("name", name, "description", "a probe", "parameters", parameters));
    }

    /** What a text has from where the other has the answer on. */
    private static Optional<String> behind(String text, String withAnswer) {
        int at = withAnswer.lastIndexOf(ANSWER);
        return at >= 0 && text.startsWith(withAnswer.substring(0, at))
                ? Optional.of(text.substring(at))
                : Optional.empty();
    }

    /** Two calls, one after the other, and what follows. */
    private static Optional<ToolSyntax> read(String calls) {
        Found first = CallForm.find(calls, 0, FIRST, KEY, VALUE);
        Found second = first == null ? null : CallForm.find(calls, first.end(), SECOND, KEY, VALUE);
        if (first == null || second == null) {
            return Optional.empty();
        }
        String open = calls.substring(0, first.start()).strip();
        String middle = calls.substring(first.end(), second.start()).strip();
        String close = middle.endsWith(open)
                ? middle.substring(0, middle.length() - open.length()).strip()
                : "";
        boolean marked = !open.isEmpty()
                && !close.isEmpty()
                && calls.substring(second.end()).stripLeading().startsWith(close);
        return marked ? Optional.of(new ToolSyntax(open, close, first.form())) : Optional.empty();
    }

    /** All that a tokenizer must let through for calls to be seen. */
    public List<String> marks() {
        return Stream.concat(Stream.of(open, close), form.marks().stream()).toList();
    }
}
