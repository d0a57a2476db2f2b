package dev.embedonce.encoder.text;

import dev.embedonce.encoder.ImageEncoder;
import dev.embedonce.error.CacheException;
import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.graph.runtime.Device;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.value.Embedding;
import dev.embedonce.value.Entry;
import dev.embedonce.value.Tensor;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns texts into vectors. Its content is the UTF-8 bytes of a text; every answer is one float32 tensor {@code
 * [dimension]} named {@link Entry#EMBEDDING}. Thread-safe; whoever opens an encoder closes it, and {@link #close} waits
 * for calls that are under way.
 *
 * <p>A text's vector may be compared with pictures' vectors if these are of the other side of the same model, opened
 * with the same options: see {@link #imageModelVersion} for vectors in a file, {@link #sameSpaceAs} for an encoder.
 */
public final class TextEncoder implements FeatureEncoder<PreparedText>, AutoCloseable {
    private final OnnxSession session;
    private final String input;
    private final String output;
    private final TextTokenizer tokenizer;
    private final String modelVersion;
    private final Optional<String> imageModelVersion;
    private final int dimension;
    private final int batchSize;
    private final int threads;
    private final ExecutorService helpers;
    private volatile boolean closed;

    /** An encoder over a session and a tokenizer that it then owns. */
    TextEncoder(
            OnnxSession session,
            String input,
            String output,
            TextTokenizer tokenizer,
            String modelVersion,
            Optional<String> imageModelVersion,
            int dimension,
            int batchSize,
            int threads) {
        this.session = session;
        this.input = input;
        this.output = output;
        this.tokenizer = tokenizer;
        this.modelVersion = modelVersion;
        this.imageModelVersion = imageModelVersion;
        this.dimension = dimension;
        this.batchSize = batchSize;
        this.threads = threads;
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            Thread thread = new Thread(task, "embedonce-encode-text");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Architecture and side, such as {@code clip.text}, and a digest of all that decides about the vectors. */
    @Override
    public String modelVersion() {
        return modelVersion;
    }

    /** A label and a digest of all that makes token ids of a text. */
    @Override
    public String preprocVersion() {
        return tokenizer.preprocVersion();
    }

    /**
     * The {@link ImageEncoder#modelVersion} of the pictures whose vectors this encoder's may be compared with: that of
     * the same model's picture side, opened with the same options. Empty if the model has no such side, or its two
     * sides do not share a space, as without a projection.
     */
    public Optional<String> imageModelVersion() {
        return imageModelVersion;
    }

    /** Whether a picture's vector from that encoder may be compared with a text's vector from this one. */
    public boolean sameSpaceAs(ImageEncoder images) {
        return imageModelVersion.filter(images.modelVersion()::equals).isPresent();
    }

    @Override
    public String runtime() {
        return session.runtime();
    }

    @Override
    public int batchSize() {
        return batchSize;
    }

    /** Numbers in a vector. */
    public int dimension() {
        return dimension;
    }

    /**
     * More characters than the model can take of any text: its number of tokens, each as long as the longest one.
     * {@link #prepare} cuts off what is over, after it has made tokens of it all, so callers with texts of strangers
     * refuse longer ones first.
     */
    public long mostCharacters() {
        return tokenizer.mostCharacters();
    }

    /** Threads that share the work of one {@link #encode} call. */
    public int threads() {
        return threads;
    }

    /**
     * Makes token ids.
     *
     * @param text UTF-8, possibly empty; what is longer than the model's number of tokens is cut off
     * @throws IllegalArgumentException if the bytes are not UTF-8
     */
    @Override
    public PreparedText prepare(byte[] text) {
        return tokenizer.prepare(text);
    }

    /** One text without any cache. */
    public Embedding embed(String text) {
        PreparedText prepared = prepare(text.getBytes(StandardCharsets.UTF_8));
        return new Embedding(
                encode(List.of(prepared)).get(0).values().iterator().next());
    }

    @Override
    public List<Map<String, Tensor>> encode(List<PreparedText> batch) {
        if (closed) {
            throw new IllegalStateException("the encoder is closed");
        }
        int share = Math.max(1, (batch.size() + threads - 1) / threads);
        List<Future<List<Map<String, Tensor>>>> others = new ArrayList<>();
        for (int from = share; from < batch.size(); from += share) {
            List<PreparedText> part = batch.subList(from, Math.min(from + share, batch.size()));
            others.add(helpers.submit(() -> runs(part)));
        }
        try {
            List<Map<String, Tensor>> answers = new ArrayList<>(runs(batch.subList(0, Math.min(share, batch.size()))));
            for (Future<List<Map<String, Tensor>>> other : others) {
                answers.addAll(join(other));
            }
            return answers;
        } finally {
            others.forEach(other -> other.cancel(false));
        }
    }

    /**
     * On a CPU one run a text, so that no text's vector depends on how many others are there, not even in its last
     * bits.
     */
    private List<Map<String, Tensor>> runs(List<PreparedText> texts) {
        int together = session.options().device() == Device.CPU ? 1 : Math.max(1, texts.size());
        List<Map<String, Tensor>> answers = new ArrayList<>(texts.size());
        for (int from = 0; from < texts.size(); from += together) {
            answers.addAll(run(texts.subList(from, Math.min(from + together, texts.size()))));
        }
        return answers;
    }

    private List<Map<String, Tensor>> run(List<PreparedText> texts) {
        int tokens = (int) texts.get(0).inputIds().elementCount();
        List<Tensor> ids = texts.stream().map(PreparedText::inputIds).toList();
        Tensor feed = Tensor.joined(new long[] {texts.size(), tokens}, ids);
        Map<String, Tensor> outputs = session.run(Map.of(input, feed), Set.of(output));
        FloatBuffer vectors = outputs.values().iterator().next().floats();
        List<Map<String, Tensor>> answers = new ArrayList<>(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            float[] vector = new float[dimension];
            vectors.get(vector);
            answers.add(Map.of(Entry.EMBEDDING, Tensor.ofFloats(finite(vector))));
        }
        return answers;
    }

    private float[] finite(float[] vector) {
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new CacheException("output " + output + " is " + vector[i] + " at position " + i);
            }
        }
        return vector;
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CacheException("interrupted while encoding", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CacheException("encoding failed: " + e.getCause(), e);
        }
    }

    @Override
    public void close() {
        closed = true;
        helpers.shutdown();
        session.close();
        tokenizer.close();
    }

    @Override
    public String toString() {
        return modelVersion;
    }
}
