package dev.embedonce.engine.schedule.internal;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.LanguageModel;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.prompt.Prompt;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A language model that counts the sequences of its batches, and fails when it is told to. */
final class WatchedLanguage implements LanguageModel {
    private final LanguageModel model;
    private final AtomicInteger sequences = new AtomicInteger();
    private final AtomicReference<@Nullable Error> inPrefill = new AtomicReference<>();
    private final AtomicReference<@Nullable Error> inDecode = new AtomicReference<>();

    /** The model stays its opener's to close. */
    WatchedLanguage(LanguageModel model) {
        this.model = model;
    }

    /** Sequences in all open batches. */
    int sequences() {
        return sequences.get();
    }

    void failNextPrefill(Error error) {
        inPrefill.set(error);
    }

    void failNextDecode(Error error) {
        inDecode.set(error);
    }

    private static void failOnce(AtomicReference<@Nullable Error> failure) {
        Error error = failure.getAndSet(null);
        if (error != null) {
            throw error;
        }
    }

    @Override
    public int vocabulary() {
        return model.vocabulary();
    }

    @Override
    public int contextTokens() {
        return model.contextTokens();
    }

    @Override
    public SequenceBatch newBatch() {
        return new Batch(model.newBatch());
    }

    @Override
    public void close() {}

    private final class Batch implements SequenceBatch {
        private final SequenceBatch batch;
        private int own;

        Batch(SequenceBatch batch) {
            this.batch = batch;
        }

        private void add(int number) {
            own += number;
            sequences.addAndGet(number);
        }

        @Override
        public Sequence open(Prompt prompt, int roomTokens) {
            Sequence sequence = batch.open(prompt, roomTokens);
            add(1);
            return sequence;
        }

        @Override
        public Tensor prefill(Sequence sequence, int tokens, Wanted logits) {
            failOnce(inPrefill);
            return batch.prefill(sequence, tokens, logits);
        }

        @Override
        public Tensor decode(List<Sequence> decoding, long[] tokens) {
            failOnce(inDecode);
            return batch.decode(decoding, tokens);
        }

        @Override
        public Sequence fork(Sequence like, int tokens, Prompt prompt, int roomTokens) {
            Sequence sequence = batch.fork(like, tokens, prompt, roomTokens);
            add(1);
            return sequence;
        }

        @Override
        public Sequence replace(Sequence like, int tokens, Prompt prompt, int roomTokens) {
            return batch.replace(like, tokens, prompt, roomTokens);
        }

        @Override
        public int shared(Sequence sequence, Prompt prompt) {
            return batch.shared(sequence, prompt);
        }

        @Override
        public void remove(Sequence sequence) {
            batch.remove(sequence);
            add(-1);
        }

        @Override
        public long bytes() {
            return batch.bytes();
        }

        @Override
        public void close() {
            add(-own);
            batch.close();
        }
    }
}
