package dev.embedonce.langchain4j;

import dev.embedonce.engine.ChatEngine;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the builders of both chat models collect. Not thread-safe. */
abstract class ChatModelSettings<B extends ChatModelSettings<B>> {
    @Nullable
    ChatEngine engine;

    ChatRequestParameters parameters = DefaultChatRequestParameters.EMPTY;
    String tenant = "";
    Optional<Duration> timeout = Optional.empty();
    List<ChatModelListener> listeners = List.of();

    abstract B self();

    /** Answers; opened and closed by the caller. Required. */
    public B engine(ChatEngine value) {
        engine = value;
        return self();
    }

    /** What requests do not say themselves; default the model's own settings. */
    public B defaultRequestParameters(ChatRequestParameters value) {
        parameters = value;
        return self();
    }

    /** A secret of whoever asks: images and prompts are shared with requests of the same tenant only; default none. */
    public B tenant(String value) {
        tenant = value;
        return self();
    }

    /** The most time for an answer; default the engine's own. */
    public B timeout(Duration value) {
        timeout = Optional.of(value);
        return self();
    }

    public B listeners(List<ChatModelListener> value) {
        listeners = List.copyOf(value);
        return self();
    }

    EngineCalls calls() {
        if (engine == null) {
            throw new IllegalArgumentException("engine cannot be null");
        }
        return new EngineCalls(engine, this);
    }
}
