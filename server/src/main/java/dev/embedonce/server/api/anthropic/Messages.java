package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.server.api.json.ServedImages;
import dev.embedonce.server.chat.Answer;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.ErrorShape;
import dev.embedonce.server.http.EventStream;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.chat.ToolCall;
import dev.embedonce.vlm.generate.Generation.End;
import java.io.IOException;
import java.util.UUID;
import java.util.stream.StreamSupport;

/** {@code POST /v1/messages}. Thread-safe. */
public final class Messages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Chats chats;
    private final Limits limits;

    public Messages(Chats chats, Limits limits) {
        this.chats = chats;
        this.limits = limits;
    }

    /** Answers one request. */
    public void handle(Exchange exchange, Caller caller) throws IOException {
        MessagesRequest request = MessagesRequest.parse(exchange.body(), limits);
        try (Answer answer = chats.answer(request.chat(), caller, exchange)) {
            if (!answer.images().isEmpty()) {
                exchange.addHeader("X-EmbedOnce-Images", ServedImages.header(answer.images()));
            }
            if (request.stream()) {
                stream(exchange, answer, request.chat().model());
            } else {
                exchange.json(200, complete(answer, request.chat().model()));
            }
        }
    }

    private static ObjectNode complete(Answer answer, String model) throws IOException {
        ObjectNode message = message(answer, model);
        ArrayNode content = message.withArray("content");
        while (!answer.isDone()) {
            AnswerEvent event = answer.next();
            if (event instanceof AnswerEvent.Piece piece) {
                append(content, piece.text());
            } else if (event instanceof AnswerEvent.Called called) {
                content.add(toolUse(called.call())
                        .set("input", JSON.valueToTree(called.call().arguments())));
            } else if (event instanceof AnswerEvent.Done done) {
                end(message, done, isCalling(content));
                message.set("usage", usage(answer, done));
            }
        }
        if (content.isEmpty()) {
            append(content, "");
        }
        return message;
    }

    /** Appends to the text block at the end, or to a new one. */
    private static void append(ArrayNode content, String text) {
        ObjectNode last = content.isEmpty() ? null : (ObjectNode) content.get(content.size() - 1);
        if (last != null && last.path("type").asText().equals("text")) {
            last.put("text", last.path("text").textValue() + text);
        } else {
            content.addObject().put("type", "text").put("text", text);
        }
    }

    private static boolean isCalling(ArrayNode content) {
        return StreamSupport.stream(content.spliterator(), false)
                .anyMatch(block -> block.path("type").asText().equals("tool_use"));
    }

    private static ObjectNode toolUse(ToolCall call) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "tool_use")
                .put("id", call.id())
                .put("name", call.name());
    }

    private static ObjectNode message(Answer answer, String model) {
        ObjectNode message = JsonNodeFactory.instance
                .objectNode()
                .put("id", "msg_" + UUID.randomUUID().toString().replace("-", ""))
                .put("type", "message")
                .put("role", "assistant")
                .put("model", model);
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        message.set(ServedImages.FIELD, ServedImages.json(answer.images()));
        return message;
    }

    private static void end(ObjectNode target, AnswerEvent.Done done, boolean calling) {
        String finished = calling ? "tool_use" : "end_turn";
        String reason = done.end() == End.LENGTH ? "max_tokens" : done.stop() == null ? finished : "stop_sequence";
        target.put("stop_reason", reason).put("stop_sequence", done.stop());
    }

    /** Anthropic counts cached input tokens apart from the others. */
    private static ObjectNode usage(Answer answer, AnswerEvent.Done done) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("input_tokens", answer.promptTokens() - done.reusedTokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", done.reusedTokens())
                .put("output_tokens", done.writtenTokens());
    }

    private static void stream(Exchange exchange, Answer answer, String model) throws IOException {
        AnswerEvent event = answer.next();
        try (EventStream events = exchange.events()) {
            ObjectNode start = event("message_start");
            ObjectNode message = message(answer, model);
            message.putObject("usage")
                    .put("input_tokens", answer.promptTokens())
                    .put("output_tokens", 0);
            start.set("message", message);
            send(events, start);
            Blocks blocks = new Blocks(events);
            try {
                while (true) {
                    if (event instanceof AnswerEvent.Piece piece) {
                        blocks.text(piece.text());
                    } else if (event instanceof AnswerEvent.Called called) {
                        blocks.toolUse(called.call());
                    } else if (event instanceof AnswerEvent.Done done) {
                        blocks.end();
                        ObjectNode delta = event("message_delta");
                        end(delta.putObject("delta"), done, blocks.calling);
                        delta.set("usage", usage(answer, done));
                        send(events, delta);
                        send(events, event("message_stop"));
                        return;
                    }
                    event = answer.next();
                }
            } catch (ApiException e) {
                events.event("error", ErrorShape.ANTHROPIC.body(e));
            }
        }
    }

    /** The blocks of a streamed message, one after the other. */
    private static final class Blocks {
        private final EventStream events;
        private int index;
        private boolean inText;
        private boolean calling;

        Blocks(EventStream events) {
            this.events = events;
        }

        void text(String text) throws IOException {
            if (!inText) {
                start(JsonNodeFactory.instance.objectNode().put("type", "text").put("text", ""));
                inText = true;
            }
            delta("text_delta", "text", text);
        }

        void toolUse(ToolCall call) throws IOException {
            stopText();
            calling = true;
            ObjectNode block = Messages.toolUse(call);
            block.putObject("input");
            start(block);
            delta(
                    "input_json_delta",
                    "partial_json",
                    JSON.valueToTree(call.arguments()).toString());
            stop();
        }

        /** Closes the open block. A message has at least one. */
        void end() throws IOException {
            if (index == 0 && !inText) {
                text("");
            }
            stopText();
        }

        private void stopText() throws IOException {
            if (inText) {
                stop();
                inText = false;
            }
        }

        private void start(ObjectNode block) throws IOException {
            ObjectNode start = event("content_block_start").put("index", index);
            start.set("content_block", block);
            send(events, start);
        }

        private void delta(String type, String field, String text) throws IOException {
            ObjectNode delta = event("content_block_delta").put("index", index);
            delta.putObject("delta").put("type", type).put(field, text);
            send(events, delta);
        }

        private void stop() throws IOException {
            send(events, event("content_block_stop").put("index", index++));
        }
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static void send(EventStream events, ObjectNode event) throws IOException {
        events.event(event.path("type").textValue(), event);
    }
}
