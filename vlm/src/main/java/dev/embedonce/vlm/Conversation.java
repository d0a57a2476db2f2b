package dev.embedonce.vlm;

import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.decoder.SequenceBatch;
import dev.embedonce.vlm.decoder.SequenceBatch.Sequence;
import dev.embedonce.vlm.decoder.SequenceBatch.Wanted;
import dev.embedonce.vlm.generate.Generation;
import dev.embedonce.vlm.generate.Generation.End;
import dev.embedonce.vlm.generate.GenerationOptions;
import dev.embedonce.vlm.generate.Sampler;
import dev.embedonce.vlm.generate.StopStrings;
import dev.embedonce.vlm.prompt.Prompt;
import dev.embedonce.vlm.tokenizer.TokenStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Answers prompts one after the other. The prefix that a prompt shares with the KV cache (the history of a chat) is
 * not prefilled again. Not thread-safe; whoever opens it closes it. An answer that is broken off by an exception
 * gives its row of the KV cache back, and the next prompt is prefilled from its beginning.
 */
public final class Conversation implements AutoCloseable {
    /** Tokens of a prefill chunk: enough for matrix products to be fast, few enough to stay interruptible. */
    private static final int CHUNK = 512;

    private final VisionLanguageModel model;
    private final SequenceBatch batch;
    private @Nullable Sequence last;

    Conversation(VisionLanguageModel model) {
        this.model = model;
        this.batch = model.language().newBatch();
    }

    /**
     * Generates an answer.
     *
     * @param listener gets the text as it comes
     * @throws IllegalArgumentException if the prompt leaves no room in the model's context
     * @throws java.util.concurrent.CancellationException if the thread is interrupted, between tokens or chunks
     */
    public Generation generate(Prompt prompt, GenerationOptions options, Consumer<String> listener) {
        int context = model.language().contextTokens();
        if (prompt.length() >= context) {
            throw new IllegalArgumentException("the prompt's " + prompt.length()
                    + " tokens leave no room for an answer in the model's context of " + context);
        }
        int most = Math.min(options.maxTokens(), context - prompt.length());
        long start = System.nanoTime();
        Sequence sequence = begin(prompt, prompt.length() + most);
        last = sequence;
        try {
            return generate(sequence, options, listener, most, start);
        } catch (RuntimeException | Error e) {
            last = null;
            batch.remove(sequence);
            throw e;
        }
    }

    private Generation generate(
            Sequence sequence, GenerationOptions options, Consumer<String> listener, int most, long start) {
        Prompt prompt = sequence.prompt();
        int reused = sequence.length();
        Tensor logits = prefill(sequence);
        long prefilled = System.nanoTime();
        Decoding decoding = new Decoding(prompt, options, listener);
        decoding.run(sequence, logits, most);
        return new Generation(
                decoding.text.toString(),
                decoding.tokens.build().toArray(),
                decoding.end,
                prompt.length(),
                reused,
                Duration.ofNanos(prefilled - start),
                Duration.ofNanos(System.nanoTime() - prefilled));
    }

    private Sequence begin(Prompt prompt, int room) {
        if (last == null) {
            return batch.open(prompt, room);
        }
        int shared = batch.shared(last, prompt);
        return batch.replace(last, shared, prompt, room);
    }

    private Tensor prefill(Sequence sequence) {
        Prompt prompt = sequence.prompt();
        int pause = prompt.pauseFrom(sequence.length() + CHUNK);
        while (pause < prompt.length()) {
            batch.prefill(sequence, pause - sequence.length(), Wanted.NONE);
            requireNotInterrupted();
            pause = prompt.pauseFrom(pause + CHUNK);
        }
        return batch.prefill(sequence, prompt.length() - sequence.length(), Wanted.LAST);
    }

    private static void requireNotInterrupted() {
        if (Thread.interrupted()) {
            throw new CancellationException("interrupted");
        }
    }

    /** The state of an answer that is being generated. */
    private final class Decoding {
        private final GenerationOptions options;
        private final Consumer<String> listener;
        private final Sampler sampler;
        private final TokenStream stream = model.tokenizer().stream();
        private final StopStrings stops;
        private final StringBuilder text = new StringBuilder();
        private final LongStream.Builder tokens = LongStream.builder();
        private End end = End.LENGTH;

        Decoding(Prompt prompt, GenerationOptions options, Consumer<String> listener) {
            this.options = options;
            this.listener = listener;
            this.sampler = new Sampler(options.sampling(), prompt.ids());
            this.stops = new StopStrings(options.stops());
        }

        void run(Sequence sequence, Tensor first, int most) {
            Tensor logits = first;
            for (int i = 0; i < most; i++) {
                int token = sampler.next(floats(logits));
                tokens.add(token);
                if (!options.ignoreEnd()
                        && model.generationDefaults().endTokens().contains(token)) {
                    end = End.STOP;
                    break;
                }
                give(stops.next(stream.next(token)));
                if (stops.isStopped()) {
                    end = End.STOP;
                    return;
                }
                requireNotInterrupted();
                if (i + 1 < most) {
                    logits = batch.decode(List.of(sequence), new long[] {token});
                }
            }
            give(stops.next(stream.rest()));
            give(stops.rest());
        }

        private void give(String piece) {
            if (!piece.isEmpty()) {
                text.append(piece);
                listener.accept(piece);
            }
        }
    }

    private static float[] floats(Tensor logits) {
        float[] values = new float[Math.toIntExact(logits.elementCount())];
        logits.floats().get(values);
        return values;
    }

    /** Bytes of memory that the conversation holds. */
    public long bytes() {
        return batch.bytes();
    }

    @Override
    public void close() {
        batch.close();
    }
}
