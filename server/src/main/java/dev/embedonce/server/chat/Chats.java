package dev.embedonce.server.chat;

import dev.embedonce.engine.AnswerRequest;
import dev.embedonce.engine.AnswerStream;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.schedule.Admission;
import dev.embedonce.server.chat.ChatRequest.Image;
import dev.embedonce.server.http.ApiException;
import dev.embedonce.server.http.Caller;
import dev.embedonce.server.http.ErrorKind;
import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.security.Limits;
import dev.embedonce.vlm.chat.ChatMessage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers chat requests: admits them, gets their pictures, and asks the model's engine. Thread-safe. */
public final class Chats {
    private final Map<String, ChatEngine> engines;
    private final ImageLoader loader;
    private final Limits limits;

    /**
     * A service.
     *
     * @param engines by the names that clients use for their models
     */
    public Chats(Map<String, ChatEngine> engines, ImageLoader loader, Limits limits) {
        this.engines = Map.copyOf(engines);
        this.loader = loader;
        this.limits = limits;
    }

    /**
     * Begins an answer.
     *
     * @throws ApiException if there is none
     * @throws ClientGoneException if nobody waits for it any more
     */
    public Answer answer(ChatRequest request, Caller caller, Exchange exchange) throws ClientGoneException {
        ChatEngine engine = engines.get(request.model());
        if (engine == null) {
            throw unknownModel();
        }
        Admission.Place place =
                enter(engine.admission(), caller, request.wishes().choices());
        try {
            return new Answer(begin(request, engine, caller, exchange, place), request);
        } catch (EngineException e) {
            place.close();
            throw EngineErrors.of(e, request);
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    /** No model of that name. */
    public static ApiException unknownModel() {
        return new ApiException(
                ErrorKind.NOT_FOUND,
                "this server has no such model for this; /v1/models lists what it has",
                "model",
                "model_not_found",
                Map.of());
    }

    /**
     * Admits a caller.
     *
     * @throws ApiException that says when to try again, if there is no place
     */
    public static Admission.Place enter(Admission admission, Caller caller, int answers) {
        try {
            return admission.enter(caller.tenant(), answers);
        } catch (Admission.FullException e) {
            throw EngineErrors.of(e);
        }
    }

    /** What the model cannot do anyway is refused before pictures are fetched for it. */
    private AnswerStream begin(
            ChatRequest request, ChatEngine engine, Caller caller, Exchange exchange, Admission.Place place) {
        if (request.hasTools()) {
            engine.requireTools();
        }
        List<Image> images = request.images();
        if (images.size() > limits.images()) {
            throw ApiException.invalid(
                    "messages", "too_many_images", "at most " + limits.images() + " images a request here");
        }
        List<byte[]> encoded = new ArrayList<>();
        for (Image image : images) {
            encoded.add(loader.load(image.reference(), image.where()));
        }
        return engine.answer(
                new AnswerRequest(
                        messages(request, encoded),
                        request.wishes().atMost(limits.newTokens()),
                        request.tools(),
                        caller.tenant(),
                        Optional.empty(),
                        exchange.arrivedNanos(),
                        exchange::isClientGone),
                place);
    }

    private static List<ChatMessage> messages(ChatRequest request, List<byte[]> encoded) {
        Iterator<byte[]> pictures = encoded.iterator();
        return request.turns().stream()
                .map(turn -> new ChatMessage(
                        turn.role(),
                        turn.parts().stream().map(part -> part(part, pictures)).toList(),
                        turn.toolCalls(),
                        turn.answeredCall()))
                .toList();
    }

    private static ChatMessage.Part part(ChatRequest.Part part, Iterator<byte[]> pictures) {
        return part instanceof ChatRequest.Text text
                ? new ChatMessage.Text(text.text())
                : new ChatMessage.Image(pictures.next());
    }
}
