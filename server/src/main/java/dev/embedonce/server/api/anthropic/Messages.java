package dev.embedonce.server.api.anthropic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.server.chat.Answer;
import dev.embedonce.server.chat.Chats;
import dev.embedonce.server.chat.ServedImage;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.ErrorShape;
import dev.embedonce.server.http.EventStream;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.schedule.WritingEvent;
import dev.embedonce.server.security.BodyBudget;
import dev.embedonce.server.security.Caller;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.generate.Generation.End;
import java.io.IOException;
import java.util.UUID;

/** {@code POST /v1/messages}. Thread-safe. */
public final class Messages {
    private final Chats chats;
    private final Limits limits;
    private final BodyBudget bodies;

    public Messages(Chats chats, Limits limits, BodyBudget bodies) {
        this.chats = chats;
        this.limits = limits;
        this.bodies = bodies;
    }

    /** Answers one request. */
    @SuppressWarnings("try") // the share is only held
    public void handle(Exchange exchange, Caller caller) throws IOException {
        try (BodyBudget.Share share = bodies.take(exchange.announcedBytes(limits.bodyBytes()))) {
            MessagesRequest request =
                    MessagesRequest.parse(exchange.jsonBody(limits.bodyBytes(), limits.bodyTime()), limits);
            try (Answer answer = chats.answer(request.chat(), caller, exchange)) {
                if (!answer.images().isEmpty()) {
                    exchange.addHeader("X-EmbedOnce-Images", ServedImage.header(answer.images()));
                }
                if (request.stream()) {
                    stream(exchange, answer, request.chat().model());
                } else {
                    exchange.json(200, complete(answer, request.chat().model()));
                }
            }
        }
    }

    private static ObjectNode complete(Answer answer, String model) throws IOException {
        StringBuilder text = new StringBuilder();
        ObjectNode message = message(answer, model);
        while (!answer.isDone()) {
            WritingEvent event = answer.next();
            if (event instanceof WritingEvent.Piece piece) {
                text.append(piece.text());
            } else if (event instanceof WritingEvent.Done done) {
                end(message, done);
                message.set("usage", usage(answer, done));
            }
        }
        message.withArray("content").addObject().put("type", "text").put("text", text.toString());
        return message;
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
        message.set(ServedImage.FIELD, ServedImage.json(answer.images()));
        return message;
    }

    private static void end(ObjectNode target, WritingEvent.Done done) {
        String reason = done.end() == End.LENGTH ? "max_tokens" : done.stop() == null ? "end_turn" : "stop_sequence";
        target.put("stop_reason", reason).put("stop_sequence", done.stop());
    }

    /** Anthropic counts tokens that were not read again apart from the input's. */
    private static ObjectNode usage(Answer answer, WritingEvent.Done done) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("input_tokens", answer.promptTokens() - done.reusedTokens())
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", done.reusedTokens())
                .put("output_tokens", done.writtenTokens());
    }

    private static void stream(Exchange exchange, Answer answer, String model) throws IOException {
        WritingEvent event = answer.next();
        try (EventStream events = exchange.events()) {
            ObjectNode start = event("message_start");
            ObjectNode message = message(answer, model);
            message.putObject("usage")
                    .put("input_tokens", answer.promptTokens())
                    .put("output_tokens", 0);
            start.set("message", message);
            send(events, start);
            ObjectNode block = event("content_block_start").put("index", 0);
            block.putObject("content_block").put("type", "text").put("text", "");
            send(events, block);
            try {
                while (true) {
                    if (event instanceof WritingEvent.Piece piece) {
                        ObjectNode delta = event("content_block_delta").put("index", 0);
                        delta.putObject("delta").put("type", "text_delta").put("text", piece.text());
                        send(events, delta);
                    } else if (event instanceof WritingEvent.Done done) {
                        send(events, event("content_block_stop").put("index", 0));
                        ObjectNode delta = event("message_delta");
                        end(delta.putObject("delta"), done);
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

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static void send(EventStream events, ObjectNode event) throws IOException {
        events.event(event.path("type").textValue(), event);
    }
}
