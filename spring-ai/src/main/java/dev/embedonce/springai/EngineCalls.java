package dev.embedonce.springai;

import dev.embedonce.engine.AnswerOptions;
import dev.embedonce.engine.AnswerRequest;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.retry.NonTransientAiException;
import org.springframework.ai.retry.TransientAiException;
import org.springframework.ai.tool.ToolCallback;

/**
 * Spring AI's prompts as the engine takes them, and the engine's errors as Spring AI has them. Thread-safe.
 *
 * @param tenant empty for the plain cache
 * @param timeout empty for the engine's own
 */
record EngineCalls(ChatEngine engine, String tenant, Optional<Duration> timeout) {
    /**
     * A prompt as the engine takes it.
     *
     * @param defaults for a prompt without options
     * @throws IllegalArgumentException naming what is not supported
     */
    AnswerRequest request(Prompt prompt, ChatOptions defaults) {
        ChatOptions options = prompt.getOptions() == null ? defaults : prompt.getOptions();
        AnswerRequest request = AnswerRequest.of(prompt.getInstructions().stream()
                        .flatMap(Conversations::messages)
                        .toList())
                .withOptions(options(options))
                .withTools(tools(options))
                .withTenant(tenant);
        return timeout.map(request::withTimeout).orElse(request);
    }

    /** The same options as ones that take tools, for this engine's model if they name none. */
    ToolCallingChatOptions withTools(ChatOptions options) {
        ToolCallingChatOptions.Builder<?> builder = options instanceof ToolCallingChatOptions tools
                ? tools.mutate()
                : ToolCallingChatOptions.builder().combineWith(options.mutate());
        return options.getModel() == null ? builder.model(engine.name()).build() : builder.build();
    }

    /** @throws IllegalArgumentException naming an option that cannot be followed */
    AnswerOptions options(ChatOptions options) {
        if (options.getModel() != null && !options.getModel().equals(engine.name())) {
            throw new IllegalArgumentException(
                    "options.model: expected " + engine.name() + "; found " + options.getModel());
        }
        if (options instanceof StructuredOutputChatOptions structured && structured.getOutputSchema() != null) {
            throw new IllegalArgumentException(
                    "options.outputSchema: this model cannot promise that its answers follow a schema");
        }
        AnswerOptions.Builder builder = AnswerOptions.builder();
        set(options.getMaxTokens(), builder::maxTokens);
        set(options.getTemperature(), builder::temperature);
        set(options.getTopP(), builder::topP);
        set(options.getTopK(), builder::topK);
        set(options.getFrequencyPenalty(), builder::frequencyPenalty);
        set(options.getPresencePenalty(), builder::presencePenalty);
        set(options.getStopSequences(), builder::stops);
        return builder.build();
    }

    private static <T> void set(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private static List<Tool> tools(ChatOptions options) {
        List<ToolCallback> callbacks =
                options instanceof ToolCallingChatOptions tools ? tools.getToolCallbacks() : null;
        return callbacks == null
                ? List.of()
                : callbacks.stream()
                        .map(callback -> Conversations.tool(callback.getToolDefinition()))
                        .toList();
    }

    /** Runs something with the engine; what it throws says whether it helps to ask again. */
    static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (EngineException e) {
            String message = String.valueOf(e.getMessage());
            throw switch (e.kind()) {
                case BUSY, NO_ROOM, PICTURES_FAILED, TIMED_OUT -> new TransientAiException(message, e);
                case TOO_LONG, BAD_PICTURE, BAD_CONVERSATION, NO_TOOLS, CANCELLED, INTERRUPTED, CLOSED ->
                    new NonTransientAiException(message, e);
            };
        }
    }
}
