package dev.embedonce.engine;

import dev.embedonce.engine.event.AnswerEvent;
import dev.embedonce.engine.event.TokenChance;
import dev.embedonce.vlm.chat.ToolCall;
import dev.embedonce.vlm.generate.Generation.End;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that has ended.
 *
 * @param text without the tool calls
 * @param toolCalls in order
 * @param chances of its tokens, if asked for
 * @param end why it ended
 * @param stop the stop string that ended it, or null
 * @param promptTokens of the prompt
 * @param reusedTokens of the prompt that were taken from an earlier sequence
 * @param writtenTokens of the answer, an ending one included
 * @param images the conversation's pictures, and how they were served
 */
public record WholeAnswer(
        String text,
        List<ToolCall> toolCalls,
        List<TokenChance> chances,
        End end,
        @Nullable String stop,
        int promptTokens,
        int reusedTokens,
        int writtenTokens,
        List<ServedImage> images) {
    public WholeAnswer {
        toolCalls = List.copyOf(toolCalls);
        chances = List.copyOf(chances);
        images = List.copyOf(images);
    }

    /** One answer while its events arrive. */
    static final class Growing {
        private final StringBuilder text = new StringBuilder();
        private final List<ToolCall> toolCalls = new ArrayList<>();
        private final List<TokenChance> chances = new ArrayList<>();

        void add(AnswerEvent.Piece piece) {
            text.append(piece.text());
            chances.addAll(piece.chances());
        }

        void add(AnswerEvent.Called called) {
            toolCalls.add(called.call());
        }

        WholeAnswer end(AnswerEvent.Done done, int promptTokens, List<ServedImage> images) {
            return new WholeAnswer(
                    text.toString(),
                    toolCalls,
                    chances,
                    done.end(),
                    done.stop(),
                    promptTokens,
                    done.reusedTokens(),
                    done.writtenTokens(),
                    images);
        }
    }
}
