package dev.embedonce.springai;

import dev.embedonce.engine.AnswerRequest;
import dev.embedonce.engine.AnswerStream;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.WholeAnswer;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/**
 * Chat about pictures with a vision-language model in this process. Every picture is encoded once, the common prefix of
 * prompts is prefilled once, and answers of several threads decode together.
 *
 * <pre>{@code
 * ChatModel model = EmbedOnceChatModel.builder().engine(ChatEngine.open(vlm, cache)).build();
 * Media photo = new Media(MimeTypeUtils.IMAGE_JPEG, new FileSystemResource("photo.jpg"));
 * model.call(UserMessage.builder().text("What is this?").media(photo).build());
 * }</pre>
 *
 * The metadata of responses name the conversation's {@link EmbedOnceMetadata#IMAGES} and where their features came
 * from; the usage counts prompt tokens that were reused as {@code cacheReadInputTokens}. A message's pictures come
 * before its text. Models whose chat template offers tools call them; as with all models of Spring AI, a {@code
 * ChatClient} or the caller runs them. A prompt's options are followed instead of the default ones, not merged with
 * them; what they leave open follows the model's own settings.
 *
 * <p>What cannot be done is refused with an {@link IllegalArgumentException}: another model, an output schema, images
 * by their address, other media. What the engine refuses is a {@link
 * org.springframework.ai.retry.NonTransientAiException} (a picture that cannot be decoded, a prompt that is too long,
 * tools that the template has not) or, if it helps to ask again later, a {@link
 * org.springframework.ai.retry.TransientAiException} (the engine is busy, the answer takes too long).
 *
 * <p>{@link #call} works on its caller's thread, and waits there. {@link #stream} works on a thread of Reactor's {@code
 * boundedElastic} for each subscriber; cancelling ends the answer. Whoever opened the engine closes it, after this.
 * Thread-safe.
 */
public final class EmbedOnceChatModel implements ChatModel {
    private final ChatEngine engine;
    private final EngineCalls calls;
    private final ToolCallingChatOptions options;

    private EmbedOnceChatModel(ChatEngine engine, Builder builder) {
        this.engine = engine;
        this.calls = new EngineCalls(engine, builder.tenant, builder.timeout);
        this.options = calls.withTools(builder.options);
        calls.options(options); // refuses what cannot be done
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder {
        private @Nullable ChatEngine engine;
        private ChatOptions options = ToolCallingChatOptions.builder().build();
        private String tenant = "";
        private Optional<Duration> timeout = Optional.empty();

        private Builder() {}

        /** Answers; opened and closed by the caller. Required. */
        public Builder engine(ChatEngine value) {
            engine = value;
            return this;
        }

        /** For prompts without options; default the model's own settings. */
        public Builder options(ChatOptions value) {
            options = value;
            return this;
        }

        /** A secret of whoever asks: only requests of the same tenant share images and prompts; default none. */
        public Builder tenant(String value) {
            tenant = value;
            return this;
        }

        /** The most time for an answer; default the engine's own. */
        public Builder timeout(Duration value) {
            timeout = Optional.of(value);
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException if there is no engine, or naming an option that cannot be followed
         */
        public EmbedOnceChatModel build() {
            if (engine == null) {
                throw new IllegalArgumentException("engine must not be null");
            }
            return new EmbedOnceChatModel(engine, this);
        }
    }

    /** What prompts without options are answered with; a {@code ChatClient} builds on them. */
    @Override
    public ToolCallingChatOptions getOptions() {
        return options;
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        AnswerRequest request = calls.request(prompt, options);
        WholeAnswer answer = EngineCalls.translated(() -> engine.ask(request));
        return new Responses(id(), engine.name()).whole(answer);
    }

    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.<ChatResponse>create(sink -> answer(prompt, sink))
                .subscribeOn(Schedulers.boundedElastic(), false); // demand does not wait for the answer's thread
    }

    private void answer(Prompt prompt, FluxSink<ChatResponse> sink) {
        try {
            AnswerRequest request = calls.request(prompt, options).withAbandoned(sink::isCancelled);
            Responses responses = new Responses(id(), engine.name());
            try (AnswerStream answer = EngineCalls.translated(() -> engine.answer(request))) {
                sink.onCancel(answer::cancel);
                while (!answer.isDone()) {
                    sink.next(responses.of(EngineCalls.translated(answer::next), answer));
                }
            }
            sink.complete();
        } catch (RuntimeException e) {
            if (!sink.isCancelled()) {
                sink.error(e);
            }
        }
    }

    private static String id() {
        return "chat-" + UUID.randomUUID();
    }
}
