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
        /** None: more of the prompt follows. */
        NONE,
        /** Those of the last token. */
        LAST,
        /** Those of every token. */
        ALL
    }

    /** One sequence: a prompt, and the tokens that follow it. */
    interface Sequence {
        Prompt prompt();

        /** Tokens in the KV cache: of the prompt, then of the continuation. */
        int length();
    }

    /**
     * Adds a sequence whose KV cache is empty.
     *
     * @param roomTokens how many tokens to reserve memory for, prompt included; more may follow
     * @throws IllegalArgumentException if the prompt passes the model's context
     */
    Sequence open(Prompt prompt, int roomTokens);

    /**
     * Prefills the next tokens of a sequence's prompt.
     *
     * @param tokens at least 1, at most what is left of the prompt; {@link Prompt#pauseFrom} says where a chunk may end
     * @return float32 {@code [0, 1 or tokens, vocabulary]}; of an encoder-decoder model, 1 row for all tokens
     * @throws IllegalArgumentException if it would end where the prompt may not be cut
     */
    Tensor prefill(Sequence sequence, int tokens, Wanted logits);

    /**
     * Decodes one more token of each sequence. Their prompts have been prefilled in full. A model whose rotary
     * positions depend on a sequence's length (LongRoPE) computes a sequence anew with the token that makes it a long
     * one.
     *
     * @param tokens the ids, one a sequence
     * @return float32 {@code [sequences, vocabulary]}: the logits after them
     * @throws IllegalArgumentException if a sequence would pass the model's context
     */
    Tensor decode(List<Sequence> sequences, long[] tokens);

    /**
     * A sequence that begins as {@code like} does, with those tokens in its KV cache already.
     *
     * @param tokens how many tokens at the start of both are equal, features included; less than the prompt has, and a
     *     point where both may pause ({@link Prompt#pauseUpTo})
     */
    Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens);

    /**
     * As {@link #fork}, but takes over the batch slot of {@code like}, which is removed: their common prefix need not
     * be copied.
     */
    default Sequence replace(Sequence like, int tokens, Prompt prompt, int roomTokens) {
        Sequence sequence = fork(like, tokens, prompt, roomTokens);
        remove(like);
        return sequence;
    }

    /**
     * How many tokens {@link #fork} may take over: the longest prefix that a prompt has in common with what a sequence
     * has cached, positions and features included. None if the sequence and the prompt differ in length so much that
     * the model rotates their keys differently.
     */
    int shared(Sequence sequence, Prompt prompt);

    /** Removes a sequence. */
    void remove(Sequence sequence);

    /** Bytes of memory that the sequences hold. */
    long bytes();

    @Override
    void close();
}
