package dev.embedonce.vlm.decoder;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;

/**
 * Sequences that share one memory and decode together; they may differ in length, join at any step and leave at any
 * step. Not thread-safe. A call that throws leaves the sequences that took part unusable: close them.
 */
public interface SequenceBatch extends AutoCloseable {
    /** Which logits a prefill gives. */
    enum Wanted {
        /** None: the prompt goes on. */
        NONE,
        /** Those behind the last token. */
        LAST,
        /** Those behind every token. */
        ALL
    }

    /** One sequence: a prompt, and the tokens that follow it. */
    interface Sequence {
        Prompt prompt();

        /** Tokens that the model has read: of the prompt, then of the continuation. */
        int length();
    }

    /**
     * Adds a sequence that has read nothing yet.
     *
     * @param roomTokens how many tokens to reserve memory for, prompt included; more may follow
     * @throws IllegalArgumentException if the prompt passes the model's context
     */
    Sequence open(Prompt prompt, int roomTokens);

    /**
     * Reads the next tokens of a sequence's prompt.
     *
     * @param tokens at least 1, at most what is left of the prompt; {@link Prompt#pauseFrom} says where reading may end
     * @return float32 {@code [0, 1 or tokens, vocabulary]}; of a model whose decoder does not read the prompt, 1 row
     *     for all tokens
     * @throws IllegalArgumentException if it would end where the prompt may not be cut
     */
    Tensor prefill(Sequence sequence, int tokens, Wanted logits);

    /**
     * Reads one more token of each sequence. Their prompts have been read in full.
     *
     * @param tokens the ids, one a sequence
     * @return float32 {@code [sequences, vocabulary]}: the logits behind them
     * @throws IllegalArgumentException if a sequence would pass the model's context
     */
    Tensor decode(List<Sequence> sequences, long[] tokens);

    /**
     * A sequence that begins as {@code like} does, with those tokens read already.
     *
     * @param tokens how many tokens at the start of both are equal, features included; less than the prompt has, and a
     *     place where both may pause ({@link Prompt#pauseUpTo})
     */
    Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens);

    /**
     * What {@link #fork} gives, in the place of {@code like}, which is removed: nothing that both have in common needs
     * to be copied.
     */
    default Sequence replace(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        Sequence sequence = fork(like, tokens, prompt, roomTokens);
        remove(like);
        return sequence;
    }

    /**
     * How many tokens {@link #fork} may take over: those at the start of a prompt that it has in common with what a
     * sequence has read, positions and features included.
     */
    int shared(Sequence sequence, Prompt prompt);

    /** Removes a sequence. */
    void remove(Sequence sequence);

    /** Bytes of memory that the sequences hold. */
    long bytes();

    @Override
    void close();
}
