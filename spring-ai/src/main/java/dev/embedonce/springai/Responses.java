package dev.embedonce.springai;

import dev.embedonce.engine.AnswerStream;
import dev.embedonce.engine.ServedImage;
import dev.embedonce.engine.WholeAnswer;
import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.vlm.chat.ToolCall;
import dev.embedonce.vlm.generate.Generation.End;
import java.util.List;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/** One answer as Spring AI has it, whole or in pieces. One thread's. */
final class Responses {
    private final String id;
    private final String model;
    private boolean called;

    Responses(String id, String model) {
        this.id = id;
        this.model = model;
    }

    ChatResponse whole(WholeAnswer answer) {
        called = !answer.toolCalls().isEmpty();
        return ended(
                answer.text(),
                answer.toolCalls(),
                answer.end(),
                usage(answer.promptTokens(), answer.reusedTokens(), answer.writtenTokens()),
                answer.images());
    }

    /** A piece: some text, a call of a tool, or the end with all metadata. */
    ChatResponse of(AnswerEvent event, AnswerStream answer) {
        if (event instanceof AnswerEvent.Piece piece) {
            return piece(piece.text(), List.of());
        }
        if (event instanceof AnswerEvent.Called call) {
            called = true;
            return piece("", List.of(call.call()));
        }
        AnswerEvent.Done done = (AnswerEvent.Done) event;
        return ended(
                "",
                List.of(),
                done.end(),
                usage(answer.promptTokens(), done.reusedTokens(), done.writtenTokens()),
                answer.images());
    }

    private ChatResponse piece(String text, List<ToolCall> toolCalls) {
        return new ChatResponse(
                List.of(new Generation(message(text, toolCalls))),
                ChatResponseMetadata.builder().id(id).model(model).build());
    }

    private ChatResponse ended(
            String text, List<ToolCall> toolCalls, End end, DefaultUsage usage, List<ServedImage> images) {
        String reason = called ? "TOOL_CALLS" : end.name();
        return new ChatResponse(
                List.of(new Generation(
                        message(text, toolCalls),
                        ChatGenerationMetadata.builder().finishReason(reason).build())),
                ChatResponseMetadata.builder()
                        .id(id)
                        .model(model)
                        .usage(usage)
                        .keyValue(EmbedOnceMetadata.IMAGES, images)
                        .build());
    }

    private static AssistantMessage message(String text, List<ToolCall> toolCalls) {
        return AssistantMessage.builder()
                .content(text)
                .toolCalls(toolCalls.stream().map(Conversations::call).toList())
                .build();
    }

    private static DefaultUsage usage(int promptTokens, int reusedTokens, int writtenTokens) {
        return new DefaultUsage(
                promptTokens, writtenTokens, promptTokens + writtenTokens, null, (long) reusedTokens, null);
    }
}
