package dev.embedonce.langchain4j;

import dev.embedonce.engine.AnswerOptions;
import dev.embedonce.engine.AnswerRequest;
import dev.embedonce.engine.ChatEngine;
import dev.embedonce.engine.EngineException;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.vlm.chat.ToolCall;
import dev.embedonce.vlm.generate.Generation.End;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Requests of LangChain4j to the engine, and its answers and errors back. Thread-safe. */
final class EngineCalls {
    private static final String NOT_SUPPORTED = " is not supported by this model";

    private final ChatEngine engine;
    private final String tenant;
    private final Optional<Duration> timeout;

    /** @throws UnsupportedFeatureException if a default parameter is one that the engine does not have */
    EngineCalls(ChatEngine engine, ChatModelSettings<?> settings) {
        this.engine = engine;
        this.tenant = settings.tenant;
        this.timeout = settings.timeout;
        requireSupported(settings.parameters);
    }

    ChatEngine engine() {
        return engine;
    }

    /**
     * A request as the engine takes it.
     *
     * @throws UnsupportedFeatureException naming what the engine or the model does not have
     * @throws InvalidRequestException if something in it is not what it has to be
     */
    AnswerRequest request(ChatRequest request) {
        ChatRequestParameters parameters = request.parameters();
        requireSupported(parameters);
        return translated(() -> {
            AnswerRequest answer = AnswerRequest.of(request.messages().stream()
                            .map(Conversations::message)
                            .toList())
                    .withOptions(options(parameters))
                    .withTenant(tenant);
            if (parameters.toolChoice() != ToolChoice.NONE
                    && !parameters.toolSpecifications().isEmpty()) {
                engine.requireTools();
                answer = answer.withTools(parameters.toolSpecifications().stream()
                        .map(Conversations::tool)
                        .toList());
            }
            return timeout.map(answer::withTimeout).orElse(answer);
        });
    }

    private void requireSupported(ChatRequestParameters parameters) {
        if (parameters.modelName() != null && !parameters.modelName().equals(engine.name())) {
            throw new UnsupportedFeatureException(
                    "parameter modelName: " + parameters.modelName() + NOT_SUPPORTED + ", which is " + engine.name());
        }
        if (parameters.toolChoice() == ToolChoice.REQUIRED) {
            throw new UnsupportedFeatureException("parameter toolChoice: ToolChoice.REQUIRED" + NOT_SUPPORTED);
        }
        if (parameters.responseFormat() != null && parameters.responseFormat().type() == ResponseFormatType.JSON) {
            throw new UnsupportedFeatureException("parameter responseFormat: JSON response format" + NOT_SUPPORTED);
        }
    }

    private static AnswerOptions options(ChatRequestParameters parameters) {
        AnswerOptions.Builder options = AnswerOptions.builder().stops(parameters.stopSequences());
        if (parameters.maxOutputTokens() != null) {
            options.maxTokens(parameters.maxOutputTokens());
        }
        if (parameters.temperature() != null) {
            options.temperature(parameters.temperature());
        }
        if (parameters.topP() != null) {
            options.topP(parameters.topP());
        }
        if (parameters.topK() != null) {
            options.topK(parameters.topK());
        }
        if (parameters.frequencyPenalty() != null) {
            options.frequencyPenalty(parameters.frequencyPenalty());
        }
        if (parameters.presencePenalty() != null) {
            options.presencePenalty(parameters.presencePenalty());
        }
        return options.build();
    }

    /** @param text of the answer; that of an answer of calls alone is empty */
    ChatResponse response(
            String text,
            List<ToolCall> calls,
            End end,
            int promptTokens,
            int reusedTokens,
            int writtenTokens,
            List<ServedImage> images) {
        List<ToolExecutionRequest> requests =
                calls.stream().map(Conversations::request).toList();
        FinishReason reason = end == End.LENGTH ? FinishReason.LENGTH : FinishReason.STOP;
        return ChatResponse.builder()
                .aiMessage(AiMessage.builder()
                        .text(text.isEmpty() && !calls.isEmpty() ? null : text)
                        .toolExecutionRequests(requests)
                        .build())
                .metadata(EmbedOnceChatResponseMetadata.builder()
                        .id("chat-" + UUID.randomUUID())
                        .modelName(engine.name())
                        .tokenUsage(new TokenUsage(promptTokens, writtenTokens))
                        .finishReason(calls.isEmpty() ? reason : FinishReason.TOOL_EXECUTION)
                        .images(images)
                        .reusedTokens(reusedTokens)
                        .build())
                .build();
    }

    /** Runs something with the engine; what it throws becomes an exception of the framework's own kinds. */
    static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (EngineException e) {
            throw translate(e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }

    private static LangChain4jException translate(EngineException e) {
        return switch (e.kind()) {
            case BUSY, NO_ROOM -> new RateLimitException(e.getMessage(), e);
            case TOO_LONG, BAD_PICTURE, BAD_CONVERSATION -> new InvalidRequestException(e.getMessage(), e);
            case NO_TOOLS -> new UnsupportedFeatureException("tools are not supported: " + e.getMessage());
            case PICTURES_FAILED -> new InternalServerException(e.getMessage(), e);
            case TIMED_OUT -> new TimeoutException(e.getMessage(), e);
            case CANCELLED, INTERRUPTED, CLOSED -> new LangChain4jException(e.getMessage(), e);
        };
    }
}
