package dev.embedonce.engine;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.event.TokenChance;
import dev.embedonce.vlm.chat.ToolCallReader;
import dev.embedonce.vlm.chat.ToolSyntax;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Finds the tool calls in what a model generates. Not thread-safe. */
final class ToolEvents {
    private final ToolSyntax syntax;
    private final Map<String, Map<String, Object>> tools = new HashMap<>();
    private final Map<Integer, ToolCallReader> readers = new HashMap<>();

    ToolEvents(ToolSyntax syntax, List<Tool> tools) {
        this.syntax = syntax;
        tools.forEach(tool -> this.tools.put(tool.name(), tool.parameters()));
    }

    /** The same events, with calls instead of their text. */
    List<AnswerEvent> of(AnswerEvent event) {
        ToolCallReader reader =
                readers.computeIfAbsent(event.choice(), choice -> new ToolCallReader(syntax, tools, ToolEvents::id));
        List<AnswerEvent> events = new ArrayList<>();
        if (event instanceof AnswerEvent.Piece piece) {
            add(events, piece.choice(), reader.next(piece.text()), piece.chances());
        } else {
            add(events, event.choice(), reader.rest(), List.of());
            events.add(event);
        }
        return events;
    }

    private static void add(
            List<AnswerEvent> events, int choice, List<ToolCallReader.Said> said, List<TokenChance> chances) {
        List<TokenChance> left = chances;
        for (ToolCallReader.Said next : said) {
            if (next instanceof ToolCallReader.Call call) {
                events.add(new AnswerEvent.Called(choice, call.call()));
            } else if (next instanceof ToolCallReader.Text text) {
                events.add(new AnswerEvent.Piece(choice, text.text(), left));
                left = List.of();
            }
        }
        if (!left.isEmpty()) {
            events.add(new AnswerEvent.Piece(choice, "", left));
        }
    }

    private static String id() {
        return "call_" + UUID.randomUUID().toString().replace("-", "").substring(0, 24);
    }
}
