package dev.embedonce.server.chat;

import dev.embedonce.engine.AnswerStream;
import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.server.http.ApiException;
import java.util.List;

/**
 * An answer, or several, while they are generated: the engine's, with errors that tell a client what is wrong. Used by
 * one thread. Close it: that ends what is not finished.
 */
public final class Answer implements AutoCloseable {
    private final AnswerStream stream;
    private final ChatRequest request;

    Answer(AnswerStream stream, ChatRequest request) {
        this.stream = stream;
        this.request = request;
    }

    public List<ServedImage> images() {
        return stream.images();
    }

    public int promptTokens() {
        return stream.promptTokens();
    }

    /** Whether all answers have ended. */
    public boolean isDone() {
        return stream.isDone();
    }

    /**
     * The next event; never an {@link AnswerEvent.Failed}.
     *
     * @throws ClientGoneException if nobody waits for it any more
     * @throws ApiException if the answer fails or takes too long
     */
    public AnswerEvent next() throws ClientGoneException {
        try {
            return stream.next();
        } catch (EngineException e) {
            throw EngineErrors.of(e, request);
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
