package dev.embedonce.langchain4j;

import dev.embedonce.engine.WholeAnswer;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;

/**
 * Chat about pictures with a vision-language model in this process. Every picture is encoded once, the common prefix of
 * prompts is prefilled once, and answers of several threads decode together.
 *
 * <pre>{@code
 * ChatModel model = EmbedOnceChatModel.builder().engine(ChatEngine.open(vlm, cache)).build();
 * ImageContent photo = ImageContent.from(Path.of("photo.jpg"), "image/jpeg");
 * model.chat(UserMessage.from(photo, TextContent.from("What is this?")));
 * }</pre>
 *
 * The metadata of responses are {@link EmbedOnceChatResponseMetadata}: what was reused, and where each picture's
 * features came from. Pictures are given as bytes; their MIME type and detail level do not count. Tools are called by
 * models whose chat template offers them.
 *
 * <p>What cannot be done is refused: with an {@link UnsupportedFeatureException} another {@code modelName}, {@code
 * ToolChoice.REQUIRED}, a JSON response format, tools that the template has not, images by URL, other media, names of
 * users; with an {@link dev.langchain4j.exception.InvalidRequestException} a picture that cannot be decoded, a prompt
 * that is too long, values out of range. A {@link dev.langchain4j.exception.RetriableException} says that the engine is
 * busy now.
 *
 * <p>Works on its caller's thread, and waits there. Thread-safe.
 */
public final class EmbedOnceChatModel implements ChatModel {
    private final EngineCalls calls;
    private final ChatRequestParameters parameters;
    private final List<ChatModelListener> listeners;

    private EmbedOnceChatModel(Builder builder) {
        this.calls = builder.calls();
        this.parameters = builder.parameters;
        this.listeners = builder.listeners;
    }

    /** Collects settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings. Not thread-safe. */
    public static final class Builder extends ChatModelSettings<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * The model.
         *
         * @throws IllegalArgumentException if there is no engine
         * @throws UnsupportedFeatureException naming a default parameter that cannot be followed
         */
        public EmbedOnceChatModel build() {
            return new EmbedOnceChatModel(this);
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
    public ChatResponse doChat(ChatRequest request) {
        WholeAnswer answer = EngineCalls.translated(() -> calls.engine().ask(calls.request(request)));
        return calls.response(
                answer.text(),
                answer.toolCalls(),
                answer.end(),
                answer.promptTokens(),
                answer.reusedTokens(),
                answer.writtenTokens(),
                answer.images());
    }
}
