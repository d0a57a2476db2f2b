package dev.embedonce.vlm.generate;

import java.time.Duration;
import java.util.Arrays;

/**
 * An answer.
 *
 * @param text without special tokens and stop strings
 * @param tokens the ids generated, an ending one included
 * @param end why it ended
 * @param promptTokens tokens of the prompt
 * @param reusedTokens how many of them were in the KV cache already and not prefilled again
 * @param prefill time to prefill the prompt
 * @param decode time to decode the answer
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Generation(
        String text, long[] tokens, End end, int promptTokens, int reusedTokens, Duration prefill, Duration decode) {
    /** Why an answer ended. */
    public enum End {
        /** The model ended it, or a stop string. */
        STOP,
        /** It reached its most tokens, or the model's context. */
        LENGTH
    }

    public Generation {
        tokens = tokens.clone();
    }

    @Override
    public long[] tokens() {
        return tokens.clone();
    }

    @Override
    public String toString() {
        return text + " (" + Arrays.toString(tokens) + ", " + end + ")";
    }
}
