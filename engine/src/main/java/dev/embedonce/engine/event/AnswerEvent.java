package dev.embedonce.engine.event;

import dev.embedonce.vlm.chat.ToolCall;
import dev.embedonce.vlm.generate.Generation.End;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happens to an answer while it is generated. */
public sealed interface AnswerEvent {
    /** Which answer of a request with several, from 0 on. */
    int choice();

    /**
     * More text; empty if a token does not complete a character yet, and its probability was asked for.
     *
     * @param chances of the tokens since the last piece, if asked for
     */
    record Piece(int choice, String text, List<TokenChance> chances) implements AnswerEvent {
        public Piece {
            chances = List.copyOf(chances);
        }
    }

    /** A tool is called. The text of the call is in no piece. */
    record Called(int choice, ToolCall call) implements AnswerEvent {}

    /**
     * The end.
     *
     * @param stop the stop string that ended it, or null
     * @param reusedTokens of the prompt that were taken from an earlier sequence
     * @param writtenTokens of the answer, an ending one included
     */
    record Done(int choice, End end, @Nullable String stop, int reusedTokens, int writtenTokens)
            implements AnswerEvent {}

    /** No answer, or not the rest of it. Readers of an answer get an exception instead. */
    record Failed(int choice, RuntimeException error) implements AnswerEvent {}
}
