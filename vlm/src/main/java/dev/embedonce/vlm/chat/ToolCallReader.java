package dev.embedonce.vlm.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells calls of tools from the text of an answer while it is written. What may become a call is held back until it is
 * clear; what is none in the end, because it is not whole or names no tool that was offered, is text. White space
 * around calls is dropped. Not thread-safe.
 */
public final class ToolCallReader {
    private final ToolSyntax syntax;
    private final Map<String, Map<String, Object>> tools;
    private final Supplier<String> ids;
    private final StringBuilder held = new StringBuilder();
    private boolean afterCall;

    /**
     * A reader of one answer.
     *
     * @param tools the JSON schema of the arguments of each tool that was offered, by its name
     * @param ids gives calls their ids
     */
    public ToolCallReader(ToolSyntax syntax, Map<String, Map<String, Object>> tools, Supplier<String> ids) {
        this.syntax = syntax;
        this.tools = Map.copyOf(tools);
        this.ids = ids;
    }

    /** A piece of an answer. */
    public sealed interface Said {}

    /** Some text. */
    public record Text(String text) implements Said {}

    /** A call. */
    public record Call(ToolCall call) implements Said {}

    /** Takes more text; gives what is clear by now. */
    public List<Said> next(String text) {
        held.append(text);
        List<Said> said = new ArrayList<>();
        while (takeCall(said)) {
            // one after the other
        }
        int open = held.indexOf(syntax.open());
        say(said, beforeSpace(open < 0 ? held.length() - beginningOfMark() : open));
        return said;
    }

    /** What was held back, when no more text comes. */
    public List<Said> rest() {
        List<Said> said = new ArrayList<>();
        int open = held.indexOf(syntax.open());
        Optional<ToolCall> last = open < 0
                ? Optional.empty()
                : call(held.substring(open + syntax.open().length()));
        if (last.isPresent()) {
            say(said, beforeSpace(open));
            said.add(new Call(last.get()));
        } else {
            say(said, held.length());
        }
        held.setLength(0);
        return said;
    }

    /**
     * Takes the first call out of what is held, with the text before it. A closing mark may also stand inside of its
     * arguments.
     */
    private boolean takeCall(List<Said> said) {
        int open = held.indexOf(syntax.open());
        if (open < 0) {
            return false;
        }
        int body = open + syntax.open().length();
        for (int close = held.indexOf(syntax.close(), body);
                close >= 0;
                close = held.indexOf(syntax.close(), close + 1)) {
            Optional<ToolCall> call = call(held.substring(body, close));
            if (call.isPresent()) {
                int length = held.length() - close - syntax.close().length();
                say(said, beforeSpace(open));
                said.add(new Call(call.get()));
                held.delete(0, held.length() - length);
                afterCall = true;
                return true;
            }
        }
        return false;
    }

    private Optional<ToolCall> call(String body) {
        return syntax.form()
                .read(body, tools)
                .map(content -> new ToolCall(ids.get(), content.name(), content.arguments()));
    }

    /** Gives out that much of what is held, but no white space after a call. */
    private void say(List<Said> said, int length) {
        String text = held.substring(0, length);
        if (afterCall) {
            text = text.stripLeading();
        }
        if (!text.isEmpty()) {
            said.add(new Text(text));
            afterCall = false;
        }
        held.delete(0, length);
    }

    private int beforeSpace(int end) {
        int at = end;
        while (at > 0 && Character.isWhitespace(held.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /** How long the longest end of the text is that begins an opening mark. */
    private int beginningOfMark() {
        for (int n = Math.min(syntax.open().length() - 1, held.length()); n > 0; n--) {
            if (syntax.open().startsWith(held.substring(held.length() - n))) {
                return n;
            }
        }
        return 0;
    }
}
