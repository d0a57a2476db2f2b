package dev.embedonce.vlm.prompt;

import java.util.Arrays;

/** A piece of an expanded prompt, in the order of the pieces. */
public sealed interface PromptPiece {
    /** Text for the tokenizer. */
    record Text(String text) implements PromptPiece {}

    /** Text for the tokenizer, encoded as a prompt of its own: with the tokens that frame every text. */
    record Alone(String text) implements PromptPiece {}

    /**
     * Token ids as they are: placeholders that no text gives, negative ones and ones beyond the vocabulary too.
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content
    record Ids(long... ids) implements PromptPiece {
        public Ids {
            ids = ids.clone();
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Ids other && Arrays.equals(ids, other.ids);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(ids);
        }
    }
}
