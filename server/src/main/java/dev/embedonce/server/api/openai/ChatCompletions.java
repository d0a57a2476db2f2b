package dev.embedonce.server.api.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.event.TokenChance;
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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** {@code POST /v1/chat/completions}. Thread-safe. */
public final class ChatCompletions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Chats chats;
    private final Limits limits;

    public ChatCompletions(Chats chats, Limits limits) {
        this.chats = chats;
        this.limits = limits;
    }

    /** Answers one request. */
    public void handle(Exchange exchange, Caller caller) throws IOException {
        ChatCompletionRequest request = ChatCompletionRequest.parse(exchange.body(), limits);
        try (Answer answer = chats.answer(request.chat(), caller, exchange)) {
            if (!answer.images().isEmpty()) {
                exchange.addHeader("X-EmbedOnce-Images", ServedImages.header(answer.images()));
            }
            Head head = Head.of(request);
            if (request.stream()) {
                stream(exchange, answer, request, head);
            } else {
                exchange.json(200, complete(answer, request, head));
            }
        }
    }

    /** What all parts of one response have in common. */
    private record Head(String id, long created, String model) {
        static Head of(ChatCompletionRequest request) {
            return new Head(
                    "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                    System.currentTimeMillis() / 1000,
                    request.chat().model());
        }

        ObjectNode of(String type) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("object", type)
                    .put("created", created)
                    .put("model", model);
        }
    }

    private static ObjectNode complete(Answer answer, ChatCompletionRequest request, Head head) throws IOException {
        int choices = request.chat().wishes().choices();
        List<StringBuilder> texts = new ArrayList<>();
        List<ArrayNode> calls = new ArrayList<>();
        List<ArrayNode> chances = new ArrayList<>();
        List<ObjectNode> made = new ArrayList<>();
        for (int i = 0; i < choices; i++) {
            texts.add(new StringBuilder());
            calls.add(JsonNodeFactory.instance.arrayNode());
            chances.add(JsonNodeFactory.instance.arrayNode());
            made.add(JsonNodeFactory.instance.objectNode().put("index", i));
        }
        Totals totals = new Totals(answer.promptTokens());
        while (!answer.isDone()) {
            AnswerEvent event = answer.next();
            if (event instanceof AnswerEvent.Piece piece) {
                texts.get(piece.choice()).append(piece.text());
                piece.chances().forEach(chance -> chances.get(piece.choice()).add(json(chance)));
            } else if (event instanceof AnswerEvent.Called called) {
                calls.get(called.choice()).add(json(called.call()));
            } else if (event instanceof AnswerEvent.Done done) {
                totals.add(done);
                boolean calling = !calls.get(done.choice()).isEmpty();
                made.get(done.choice()).put("finish_reason", reason(done.end(), calling));
            }
        }
        ObjectNode response = head.of("chat.completion");
        ArrayNode list = response.putArray("choices");
        for (int i = 0; i < choices; i++) {
            ObjectNode choice = made.get(i);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            if (calls.get(i).isEmpty()) {
                message.put("content", texts.get(i).toString());
            } else {
                message.put(
                        "content", texts.get(i).isEmpty() ? null : texts.get(i).toString());
                message.set("tool_calls", calls.get(i));
            }
            message.putNull("refusal");
            if (request.logprobs()) {
                choice.putObject("logprobs").set("content", chances.get(i));
            } else {
                choice.putNull("logprobs");
            }
            list.add(choice);
        }
        response.set("usage", totals.json());
        response.set(ServedImages.FIELD, ServedImages.json(answer.images()));
        return response;
    }

    private static void stream(Exchange exchange, Answer answer, ChatCompletionRequest request, Head head)
            throws IOException {
        AnswerEvent first = answer.next();
        try (EventStream events = exchange.events()) {
            for (int i = 0; i < request.chat().wishes().choices(); i++) {
                ObjectNode chunk = chunk(request, head, i);
                delta(chunk).put("role", "assistant").put("content", "");
                if (i == 0) {
                    chunk.set(ServedImages.FIELD, ServedImages.json(answer.images()));
                }
                events.data(chunk);
            }
            Totals totals = new Totals(answer.promptTokens());
            try {
                send(events, request, head, first, totals);
                while (!answer.isDone()) {
                    send(events, request, head, answer.next(), totals);
                }
            } catch (ApiException e) {
                events.data(ErrorShape.OPENAI.body(e));
                return;
            }
            if (request.usageInStream()) {
                ObjectNode last = head.of("chat.completion.chunk");
                last.putArray("choices");
                last.set("usage", totals.json());
                events.data(last);
            }
            events.data("[DONE]");
        }
    }

    private static void send(
            EventStream events, ChatCompletionRequest request, Head head, AnswerEvent event, Totals totals)
            throws IOException {
        ObjectNode chunk = chunk(request, head, event.choice());
        if (event instanceof AnswerEvent.Piece piece) {
            delta(chunk).put("content", piece.text());
            if (request.logprobs()) {
                ArrayNode content = choice(chunk).putObject("logprobs").putArray("content");
                piece.chances().forEach(chance -> content.add(json(chance)));
            }
        } else if (event instanceof AnswerEvent.Called called) {
            ObjectNode call = json(called.call()).put("index", totals.called(called.choice()));
            delta(chunk).putArray("tool_calls").add(call);
        } else if (event instanceof AnswerEvent.Done done) {
            totals.add(done);
            choice(chunk).put("finish_reason", reason(done.end(), totals.isCalling(done.choice())));
        }
        events.data(chunk);
    }

    private static ObjectNode chunk(ChatCompletionRequest request, Head head, int index) {
        ObjectNode chunk = head.of("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
        choice.putObject("delta");
        choice.putNull("logprobs");
        choice.putNull("finish_reason");
        if (request.usageInStream()) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private static ObjectNode choice(ObjectNode chunk) {
        return (ObjectNode) chunk.path("choices").path(0);
    }

    private static ObjectNode delta(ObjectNode chunk) {
        return (ObjectNode) choice(chunk).path("delta");
    }

    private static String reason(End end, boolean calling) {
        return end == End.LENGTH ? "length" : calling ? "tool_calls" : "stop";
    }

    private static ObjectNode json(ToolCall call) {
        ObjectNode node =
                JsonNodeFactory.instance.objectNode().put("id", call.id()).put("type", "function");
        node.putObject("function")
                .put("name", call.name())
                .put("arguments", JSON.valueToTree(call.arguments()).toString());
        return node;
    }

    private static ObjectNode json(TokenChance chance) {
        ObjectNode node = token(chance.token(), chance.logProbability());
        ArrayNode likeliest = node.putArray("top_logprobs");
        chance.likeliest().forEach(other -> likeliest.add(token(other.token(), other.logProbability())));
        return node;
    }

    private static ObjectNode token(String text, double logProbability) {
        ObjectNode node =
                JsonNodeFactory.instance.objectNode().put("token", text).put("logprob", logProbability);
        ArrayNode bytes = node.putArray("bytes");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(b & 0xFF);
        }
        return node;
    }

    /** The numbers of tokens of a response. */
    private static final class Totals {
        private final int promptTokens;
        private int written;
        private int reused = -1;
        private final Map<Integer, Integer> calls = new HashMap<>();

        Totals(int promptTokens) {
            this.promptTokens = promptTokens;
        }

        /** Which call of its choice this is, from 0 on. */
        int called(int choice) {
            return calls.merge(choice, 1, Integer::sum) - 1;
        }

        boolean isCalling(int choice) {
            return calls.containsKey(choice);
        }

        void add(AnswerEvent.Done done) {
            written += done.writtenTokens();
            reused = done.choice() == 0 || reused < 0 ? done.reusedTokens() : reused;
        }

        ObjectNode json() {
            ObjectNode usage = JsonNodeFactory.instance
                    .objectNode()
                    .put("prompt_tokens", promptTokens)
                    .put("completion_tokens", written)
                    .put("total_tokens", promptTokens + written);
            usage.putObject("prompt_tokens_details").put("cached_tokens", Math.max(0, reused));
            return usage;
        }
    }
}
