package dev.embedonce.langchain4j;

import dev.embedonce.engine.AnswerRequest;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * As {@link EmbedOnceChatModel}, with the answer as it is generated. Handlers are called on one thread of the executor
 * for each request; what they throw is given to their own {@code onError}, and the answer goes on. Calls of tools come
 * whole. An answer that is cancelled by its handle calls its handler no more.
 *
 * <p>What is wrong with a request itself is thrown at once; what goes wrong later is given to {@code onError}, in the
 * same exceptions. Thread-safe.
 */
public final class EmbedOnceStreamingChatModel implements StreamingChatModel {
    private final EngineCalls calls;
    private final ChatRequestParameters parameters;
    private final List<ChatModelListener> listeners;
    private final Executor executor;

    private EmbedOnceStreamingChatModel(Builder builder) {
        this.calls = builder.calls();
        this.parameters = builder.parameters;
        this.listeners = builder.listeners;
        this.executor = builder.executor == null ? threads() : builder.executor;
    }

    /** As many as the engine admits requests; they end when there is nothing to do for a minute. */
    private static Executor threads() {
        return Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "embedonce-stream");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends ChatModelSettings<Builder> {
        private @Nullable Executor executor;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Where answers are waited for and handlers called; default daemon threads of the model's own. */
        public Builder executor(Executor value) {
            executor = value;
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException if there is no engine
         * @throws dev.langchain4j.exception.UnsupportedFeatureException naming a default parameter that cannot be
         *     followed
         */
        public EmbedOnceStreamingChatModel build() {
            return new EmbedOnceStreamingChatModel(this);
        }
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return parameters;
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        AnswerRequest question = calls.request(request);
        executor.execute(new StreamedAnswer(calls, question, handler));
    }
}
