package dev.embedonce.vlm.decoder;

/**
 * A language model that continues prompts with image features in them. Thread-safe; each {@link SequenceBatch} of it is
 * not. Whoever opens it closes it, after its batches.
 */
public interface LanguageModel extends AutoCloseable {
    /** How many token ids there are: the length of a row of logits. */
    int vocabulary();

    /** The most tokens of a prompt and its continuation together. */
    int contextTokens();

    /** Whether the sequences of a batch run together, so that each costs less; else they run one after another. */
    default boolean decodesTogether() {
        return true;
    }

    /** A fresh, empty memory of sequences that decode together. */
    SequenceBatch newBatch();

    @Override
    void close();
}
